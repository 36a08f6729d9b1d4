import type { CallResource, FieldView, PaymentResource } from '../../src/contracts/desk-port.ts'
import type { OperationResource } from '../../src/contracts/operations.ts'
import type { Right } from '../../src/contracts/rights.ts'

/** Resources as control would send them, for the desk's tests. */

export const callId = 'call_01jd3f8p0m9x2v7k4q6r5s8t1w'

export function aCall(changes: Partial<CallResource> = {}): CallResource {
  return {
    id: callId,
    status: 'live',
    direction: 'inbound',
    from: '+447700900123',
    to: '+442079460000',
    provider: 'twilio',
    providerCallId: 'CA00000000000000000000000000000001',
    caller: 'joined',
    agent: 'joined',
    masked: false,
    metadata: {},
    startedAt: 1_768_478_400_000,
    endedAt: null,
    ...changes,
  }
}

export function aField(field: FieldView['field'], changes: Partial<FieldView> = {}): FieldView {
  return { field, state: 'waiting', length: 0, fault: null, ...changes }
}

export type CollectionChanges = Partial<NonNullable<PaymentResource['collection']>>

export function aPayment(
  changes: Partial<PaymentResource> = {},
  collection: CollectionChanges | null = null,
): PaymentResource {
  return {
    id: 'pay_01jd3f9000000000000000000a',
    callId,
    amountMinor: 1050,
    currency: 'GBP',
    capturedMinor: 0,
    refundedMinor: 0,
    reference: 'INV-7',
    customer: null,
    moto: null,
    description: null,
    metadata: {},
    capture: 'automatic',
    confirm: 'automatic',
    status: 'collecting',
    brand: null,
    last4: null,
    gateway: 'sandbox',
    gatewayRef: null,
    authCode: null,
    decline: null,
    attempts: 0,
    keepCard: null,
    method: 'card',
    bankAccount: null,
    storedCardId: null,
    payLink: null,
    groupId: null,
    collection: collection && {
      id: 'col_01jd3f9000000000000000000c',
      state: 'collecting',
      secured: true,
      fields: [aField('pan', { state: 'asked' }), aField('expiry'), aField('csc')],
      brand: null,
      last4: null,
      suspended: false,
      deadlineAt: null,
      why: null,
      ...collection,
    },
    createdAt: 1_768_478_400_000,
    updatedAt: 1_768_478_400_000,
    ...changes,
  }
}

export const aSession = {
  agent: { id: 'agt_1', name: 'Robin Field', email: 'robin@example.com', role: 'agent' as const },
  merchant: { id: 'mer_sandbox', name: 'Sandbox Ltd' },
  rights: ['calls:read', 'payments:read', 'payments:take', 'payments:settle', 'payments:refund'] as Right[],
  bankAccounts: [],
  sandbox: null,
}

export function anOperation(changes: Partial<OperationResource> = {}): OperationResource {
  return {
    id: 'op_01jd3fb000000000000000000e',
    paymentId: 'pay_01jd3f9000000000000000000a',
    kind: 'refund',
    amountMinor: 400,
    currency: 'GBP',
    state: 'done',
    gatewayRef: 'ref_1',
    because: null,
    reason: null,
    createdAt: 1_768_478_500_000,
    updatedAt: 1_768_478_500_000,
    ...changes,
  }
}
