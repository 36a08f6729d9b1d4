/** What a signed-in person or machine may do. Nothing is allowed that is not listed here. */
export type Right =
  | 'calls:read'
  | 'calls:end'
  | 'payments:read'
  | 'payments:take'
  | 'endpoints:read'
  | 'endpoints:manage'

export type Role = 'agent' | 'supervisor' | 'admin' | 'machine'

const agent: readonly Right[] = ['calls:read', 'calls:end', 'payments:read', 'payments:take']
const supervisor: readonly Right[] = [...agent, 'endpoints:read']
const admin: readonly Right[] = [...supervisor, 'endpoints:manage']

/** Role → rights, always within one merchant. A machine is an API key: a merchant's own system. */
const rights: Readonly<Record<Role, ReadonlySet<Right>>> = {
  agent: new Set(agent),
  supervisor: new Set(supervisor),
  admin: new Set(admin),
  machine: new Set(admin),
}

export function mayDo(role: Role, right: Right): boolean {
  return rights[role].has(right)
}
