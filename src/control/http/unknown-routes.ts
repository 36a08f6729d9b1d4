import type { FastifyInstance, RouteOptions } from 'fastify'
import { MethodNotAllowed, NotFound } from './errors.ts'

/** Tells a path that does not exist (404) from one that exists with other methods (405 and `Allow`). */
export function addUnknownRoutes(app: FastifyInstance): void {
  const routes: { readonly shape: RegExp; readonly methods: readonly string[] }[] = []
  app.addHook('onRoute', ({ url, method }: RouteOptions) => {
    const methods = Array.isArray(method) ? method : [method]
    routes.push({ shape: shapeOf(url), methods })
  })
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? ''
    const methods = new Set(routes.filter(({ shape }) => shape.test(path)).flatMap((route) => route.methods))
    if (methods.size === 0) throw new NotFound('no such path')
    reply.header('allow', [...methods].sort().join(', '))
    throw new MethodNotAllowed('this path has other methods')
  })
}

/** `/v1/payments/:id/arm` as an expression over whole paths. */
function shapeOf(url: string): RegExp {
  const escaped = url.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replace(/:[^/]+/g, '[^/]+').replaceAll('*', '.*')}$`)
}
