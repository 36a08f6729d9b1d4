import type { Right } from '../../contracts/rights.ts'

export type Role = 'agent' | 'supervisor' | 'admin' | 'machine'

const agent: readonly Right[] = [
  'calls:read',
  'calls:end',
  'payments:read',
  'payments:take',
  'payments:settle',
  'records:name',
]
const supervisor: readonly Right[] = [
  ...agent,
  'payments:refund',
  'endpoints:read',
  'connections:read',
  'platform:read',
  'reconciliations:read',
  'receipts:read',
]
const admin: readonly Right[] = [
  ...supervisor,
  'endpoints:manage',
  'connections:manage',
  'reconciliations:run',
  'receipts:manage',
]

/** Role → rights, always within one merchant. A machine is an API key: a merchant's own system. */
const rights: Readonly<Record<Role, ReadonlySet<Right>>> = {
  agent: new Set(agent),
  supervisor: new Set(supervisor),
  admin: new Set(admin),
  machine: new Set(admin),
}

export function rightsOf(role: Role): Right[] {
  return [...rights[role]]
}

export function mayDo(role: Role, right: Right): boolean {
  return rights[role].has(right)
}
