import { sql } from 'kysely'
import { z } from 'zod'
import type { Store } from '../../store/store.ts'
import { type StoreTrouble, troubleOf } from '../../store/store-health.ts'
import type { RouteApp } from './route-app.ts'

const Part = z.enum(['up', 'down'])
const Readiness = z.strictObject({
  vault: Part,
  bridge: Part,
  store: Part,
  storeTrouble: z
    .enum(['full', 'away', 'read-only', 'failing'])
    .optional()
    .describe('Why no row can be kept'),
})

export type HealthOptions = {
  readonly store: Store
  readonly vault: { readonly up: boolean }
  readonly bridge: { readonly up: boolean }
}

/** For load balancers and supervisors, without authentication: states only. */
export function healthRoutes(app: RouteApp, { store, vault, bridge }: HealthOptions): void {
  const tags = ['health']
  const config = { rateLimit: false } as const

  app.get(
    '/healthz',
    {
      config,
      schema: {
        tags,
        summary: 'The process runs',
        response: { 200: z.strictObject({ status: z.literal('ok') }) },
      },
    },
    async () => ({ status: 'ok' as const }),
  )

  app.get(
    '/readyz',
    {
      config,
      schema: {
        tags,
        summary: 'Payments can be taken: vault, bridge and store are there',
        response: { 200: Readiness, 503: Readiness },
      },
    },
    async (_request, reply) => {
      const storeTrouble = await troubleOfStore(store)
      const parts = { vault: part(vault.up), bridge: part(bridge.up), store: part(storeTrouble === null) }
      const ready = Object.values(parts).every((state) => state === 'up')
      return reply.code(ready ? 200 : 503).send({ ...parts, ...(storeTrouble && { storeTrouble }) })
    },
  )
}

function part(up: boolean): 'up' | 'down' {
  return up ? 'up' : 'down'
}

async function troubleOfStore(store: Store): Promise<StoreTrouble | null> {
  if (store.trouble !== null) return store.trouble
  try {
    await sql`select 1`.execute(store.db)
    return null
  } catch (error) {
    return troubleOf(error) ?? 'failing'
  }
}
