import { readFileSync } from 'node:fs'
import path from 'node:path'
import { NotFound } from '../errors.ts'
import type { RouteApp } from './route-app.ts'

/** `docs/errors.md`, to which the `type` of every problem points: each code is a heading of it. */
export function errorDocsRoute(app: RouteApp): void {
  const document = find(import.meta.dirname)
  app.get('/docs/errors', { schema: { hide: true } }, async (_request, reply) => {
    if (document === undefined) throw new NotFound('this installation came without its documentation')
    return reply.type('text/markdown; charset=utf-8').send(document)
  })
}

/** Upwards from here, because sources and their compiled form lie at different depths. */
function find(folder: string): string | undefined {
  try {
    return readFileSync(path.join(folder, 'docs', 'errors.md'), 'utf8')
  } catch {
    const above = path.dirname(folder)
    return above === folder ? undefined : find(above)
  }
}
