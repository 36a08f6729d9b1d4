/** What a signed-in person or machine may do. Nothing is allowed that is not listed here. */
export type Right =
  | 'calls:read'
  | 'calls:end'
  | 'payments:read'
  | 'payments:take'
  /** Capture and void: what an agent on the call may finish or undo. */
  | 'payments:settle'
  /** Give money back. */
  | 'payments:refund'
  | 'reconciliations:read'
  | 'reconciliations:run'
  | 'endpoints:read'
  | 'endpoints:manage'

export type Role = 'agent' | 'supervisor' | 'admin' | 'machine'

const agent: readonly Right[] = [
  'calls:read',
  'calls:end',
  'payments:read',
  'payments:take',
  'payments:settle',
]
const supervisor: readonly Right[] = [...agent, 'payments:refund', 'endpoints:read', 'reconciliations:read']
const admin: readonly Right[] = [...supervisor, 'endpoints:manage', 'reconciliations:run']

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
