import { isIP } from 'node:net'
import type { Mapping, NewConnection } from '../../contracts/connections.ts'
import type { Adapter } from '../../crm/adapter.ts'
import { faultOf } from '../../crm/mapping.ts'
import { adapters, findAdapter } from '../../crm/registry.ts'
import { ConnectionInvalid } from './connection-errors.ts'

export function adapterOf(id: string): Adapter {
  const adapter = findAdapter(id)
  if (adapter) return adapter
  throw new ConnectionInvalid('/adapter', `one of ${adapters.map((known) => known.id).join(', ')}`)
}

/** The settings as the adapter reads them. Throws ConnectionInvalid with the first fault. */
export function checkSettings(adapter: Adapter, settings: unknown): Record<string, unknown> {
  const parsed = adapter.settings.safeParse(settings)
  if (parsed.success) return { ...parsed.data }
  const [issue] = parsed.error.issues
  const where = [
    ...(issue?.path ?? []),
    ...(issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []),
  ]
  throw new ConnectionInvalid(['/settings', ...where.map(String)].join('/'), issue?.message ?? 'not valid')
}

export function checkMapping(mapping: Mapping): void {
  mapping.forEach(({ template }, i) => {
    const because = faultOf(template)
    if (because) throw new ConnectionInvalid(`/mapping/${i}/template`, because)
  })
}

export function checkGrant(adapter: Adapter, { grant, clientId }: NewConnection): void {
  if (!adapter.auth.grants.includes(grant))
    throw new ConnectionInvalid('/grant', `${adapter.name} knows ${adapter.auth.grants.join(', ')}`)
  if (grant !== 'fixed-token' && clientId === '')
    throw new ConnectionInvalid('/clientId', `the id of the app, with the grant ${grant}`)
}

/** Another place than the adapter's is for stand-ins on this machine, and for nothing else. */
export function checkOrigins({ origins }: NewConnection, mode: 'sandbox' | 'production'): void {
  for (const [name, text] of Object.entries(origins ?? {})) {
    const host = new URL(text).hostname.replace(/^\[|\]$/g, '')
    const local = host === 'localhost' || (isIP(host) !== 0 && /^(127\.|::1$)/.test(host))
    if (mode !== 'sandbox' || !local)
      throw new ConnectionInvalid(`/origins/${name}`, 'a loopback address, in sandbox mode only')
  }
}
