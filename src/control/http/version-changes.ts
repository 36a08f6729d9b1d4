import { type ApiVersion, apiVersions } from '../../contracts/api-version.ts'

type Json = { readonly [name: string]: unknown }

type Change = {
  /** The date that brought it. Readers of older ones get `payment` as it was before. */
  readonly since: ApiVersion
  readonly payment: (payment: Json) => Json
}

/** Newest first. Each takes a payment one date back; docs/api.md tells the same story. */
const changes: readonly Change[] = [
  {
    since: '2026-11-22',
    payment({ capturedMinor: _, refundedMinor: __, operations: ___, call: ____, ...payment }) {
      const { status } = payment
      // A card is being taken, as far as they know.
      if (status === 'linked') return { ...payment, status: 'collecting' }
      if (status === 'voided') return { ...payment, status: 'cancelled' }
      const refunded = status === 'partly-refunded' || status === 'refunded'
      return refunded ? { ...payment, status: 'captured' } : payment
    },
  },
]

/** An answer as readers of an older date know it. Pure; resources are known by the kind of their id. */
export function answerAsOf(version: ApiVersion, answer: unknown): unknown {
  const due = changes.filter(({ since }) => apiVersions.indexOf(since) > apiVersions.indexOf(version))
  if (due.length === 0) return answer
  return walk(answer, (payment) => due.reduce((one, change) => change.payment(one), payment))
}

function walk(value: unknown, change: (payment: Json) => Json): unknown {
  if (Array.isArray(value)) return value.map((item) => walk(item, change))
  if (typeof value !== 'object' || value === null) return value
  if (isPayment(value)) return change(value)
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, walk(part, change)]))
}

function isPayment(value: object): value is Json {
  return 'id' in value && typeof value.id === 'string' && value.id.startsWith('pay_') && 'status' in value
}
