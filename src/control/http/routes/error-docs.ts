import { NotFound } from '../errors.ts'
import { readPackageFile } from '../package-files.ts'
import type { RouteApp } from './route-app.ts'

/** `docs/errors.md`, to which the `type` of every problem points: each code is a heading of it. */
export function errorDocsRoute(app: RouteApp): void {
  const document = readPackageFile('docs/errors.md')
  app.get('/docs/errors', { schema: { hide: true } }, async (_request, reply) => {
    if (document === undefined) throw new NotFound('this installation came without its documentation')
    return reply.type('text/markdown; charset=utf-8').send(document)
  })
}
