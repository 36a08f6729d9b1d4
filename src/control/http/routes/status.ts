import { PlatformStatus } from '../../../contracts/platform-status.ts'
import type { Actor } from '../../ports.ts'
import { principalOf } from '../request-context.ts'
import type { RouteApp } from './route-app.ts'

export type StatusOf = (actor: Actor) => Promise<PlatformStatus>

/** How the merchant's gateway does, and what is still open there. */
export function statusRoutes(app: RouteApp, statusOf: StatusOf): void {
  app.get(
    '/v1/status',
    {
      config: { access: 'platform:read' },
      schema: {
        tags: ['health'],
        summary: 'How the gateways do: calls, failures, unknown outcomes, circuit breaker',
        response: { 200: PlatformStatus },
      },
    },
    (request) => statusOf(principalOf(request).actor),
  )
}
