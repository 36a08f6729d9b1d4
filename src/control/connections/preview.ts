import type { Preview, PreviewOrder, RecordRef } from '../../contracts/connections.ts'
import type { PaymentEvent } from '../../contracts/payment-events.ts'
import type { Move } from '../../crm/adapter.ts'
import { applyMapping } from '../../crm/mapping.ts'
import { mappingView } from '../../crm/mapping-view.ts'
import { checkSettings } from './connection-input.ts'
import type { Connected } from './connection-row.ts'

export type PreviewOf = {
  readonly connected: Connected
  readonly event: PaymentEvent
  readonly record: RecordRef | null
  readonly order: PreviewOrder
}

export function previewOf({ connected, event, record, order }: PreviewOf): Preview {
  const { adapter, row } = connected
  const mapping = order.mapping ?? row.mapping
  const settings = order.settings ? checkSettings(adapter, order.settings) : connected.account.settings
  const sample = record ?? { kind: adapter.recordKinds[0] ?? 'record', id: 'RECORD' }
  const eventId = 'evt_preview'
  const { values, faults } = applyMapping(mapping, mappingView({ event, eventId, record: sample }))
  const request = { event, eventId, record: sample, written: null, mapping }
  const move = adapter.write.open(request, { settings })
  return {
    paymentId: event.data.id,
    eventType: event.type,
    values: { ...values },
    faults: [...faults],
    ...firstOf(move),
  }
}

function firstOf(move: Move): Pick<Preview, 'firstRequest' | 'because'> {
  if (move.do === 'call') {
    const { method, path, body } = move.call
    return { firstRequest: { method, path, ...(body === undefined ? {} : { body }) }, because: null }
  }
  const { outcome } = move
  return {
    firstRequest: null,
    because: outcome.kind === 'give-up' ? outcome.because : 'this event leaves nothing there',
  }
}
