import { expect, it } from 'vitest'
import { endpoints } from '../../src/client/endpoints.ts'
import { type ResultRoute, resultRoutes } from '../../src/desk/results-routes.ts'

it('the desk asks about results where the typed client asks', () => {
  for (const [name, path] of Object.entries(resultRoutes))
    expect(endpoints[name as ResultRoute].path, name).toBe(path)
})
