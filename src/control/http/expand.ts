import { z } from 'zod'
import { codeOf } from '../../base/errors.ts'
import type { CallResource, PaymentResource } from '../../contracts/desk-port.ts'
import { PaymentStatus } from '../../contracts/payment-events.ts'
import type { Actor, OperationsApi } from '../ports.ts'

const Expandable = z.enum(['operations', 'call'])
export type Expandable = z.infer<typeof Expandable>

/** `a,b` or `a`: what a query can hold of a list. */
const listOf = <T extends string>(item: z.ZodType<T, string>) =>
  z
    .string()
    .max(400)
    .transform((text) => text.split(','))
    .pipe(z.array(item).max(20))

export const Expand = listOf(Expandable)
  .optional()
  .describe('What to put into the answer, to save a call: `operations`, `call`, or both with a comma')
export const Statuses = listOf(PaymentStatus).optional().describe('One status, or several with commas')

export type ExpandFrom = {
  readonly operations: OperationsApi
  readonly calls: { find(merchantId: string, callId: string): Promise<CallResource> }
}

/** Puts what was asked for into payments: one query for all of them where the store allows it. */
export async function expandPayments(
  { operations, calls }: ExpandFrom,
  actor: Actor,
  {
    payments,
    expand = [],
  }: { readonly payments: PaymentResource[]; readonly expand?: readonly Expandable[] },
): Promise<PaymentResource[]> {
  const ids = payments.map(({ id }) => id)
  const all = expand.includes('operations') ? await operations.ofPayments(actor, ids) : undefined
  const known = expand.includes('call') ? await callsOf(calls, actor, payments) : undefined
  return payments.map((payment) => ({
    ...payment,
    ...(all ? { operations: all.filter(({ paymentId }) => paymentId === payment.id) } : {}),
    ...(known ? { call: known.get(payment.callId) ?? null } : {}),
  }))
}

async function callsOf(
  calls: ExpandFrom['calls'],
  { merchantId }: Actor,
  payments: readonly PaymentResource[],
) {
  const known = new Map<string, CallResource>()
  for (const callId of new Set(payments.map((payment) => payment.callId))) {
    const call = await calls.find(merchantId, callId).catch((error: unknown) => {
      if (codeOf(error) === 'CALL_NOT_FOUND') return undefined
      throw error
    })
    if (call) known.set(callId, call)
  }
  return known
}
