import { formatMoney } from '../base/money.ts'
import type { FieldView, PaymentResource } from '../contracts/desk-port.ts'
import { lightOf } from './light.ts'
import { operationWords } from './orders.ts'
import { type DeskState, paymentOf } from './state.ts'
import { cardWords, endingWords, faultAdvice, fieldNames } from './words.ts'

/** A sentence for the screen reader. `now` interrupts; the others wait for a pause. */
export type Announcement = { readonly text: string; readonly now: boolean }

/**
 * What somebody who does not see the desk must hear of the step from `before` to `after`. Dots are not announced:
 * the caller can be heard talking, and a voice that counts to sixteen would be in the way.
 */
export function announcements(before: DeskState, after: DeskState): Announcement[] {
  if (!after.session) return []
  const callId = after.selectedCallId
  const said: Announcement[] = [...ofPlatform(before, after), ...ofLookup(before, after)]
  const call = callId === null ? undefined : after.calls.get(callId)
  if (call && callId !== before.selectedCallId) said.push(politely(`Call from ${call.from}.`))
  if (callId === null) return said
  const was = before.selectedCallId === callId ? paymentOf(before, callId) : undefined
  const is = paymentOf(after, callId)
  said.push(...ofLight(before, after, callId))
  if (is && is !== was) said.push(...ofPayment(was?.id === is.id ? was : undefined, is))
  return said
}

function politely(text: string): Announcement {
  return { text, now: false }
}

function ofPlatform(before: DeskState, after: DeskState): Announcement[] {
  const said: Announcement[] = []
  if (before.stream === 'live' && after.stream === 'lost') {
    said.push({ text: 'Connection to the platform lost. Reconnecting.', now: true })
  }
  if (before.stream === 'checking' && after.stream === 'live') said.push(politely('Connected again.'))
  if (isDown(after) && !isDown(before)) said.push(politely('The platform cannot take payments now.'))
  if (isDown(before) && after.platform && !isDown(after)) said.push(politely('Payments can be taken again.'))
  return said
}

/** How many payments were found, and what becomes of orders for the one that is open. */
function ofLookup(before: DeskState, after: DeskState): Announcement[] {
  const said: Announcement[] = []
  const { found, open, searches } = after.lookup
  if (found && searches !== before.lookup.searches) {
    const count = found.data.length
    said.push(politely(count === 1 ? 'One payment found.' : `${count || 'No'} payments found.`))
  }
  const was = before.lookup.open
  if (!open || was?.id !== open.id) return said
  const known = new Map(was.operations?.map(({ id, state }) => [id, state]))
  for (const operation of open.operations ?? []) {
    const isNews = known.get(operation.id) !== operation.state
    if (isNews) said.push({ text: operationWords(operation), now: operation.state === 'unknown' })
  }
  return said
}

function isDown({ platform }: DeskState): boolean {
  return platform !== null && (platform.vault === 'down' || platform.bridge === 'down')
}

function ofLight(before: DeskState, after: DeskState, callId: string): Announcement[] {
  const light = (state: DeskState) =>
    lightOf({ ...state, call: state.calls.get(callId), payment: paymentOf(state, callId) })
  const is = light(after)
  if (is === light(before)) return []
  if (is === 'securing') return [politely('Securing the line.')]
  if (is === 'secured') return [politely('Secured. The caller can key the card.')]
  if (is === 'lost') return [{ text: 'Protection lost. Ask the caller to stop keying.', now: true }]
  return []
}

function ofPayment(was: PaymentResource | undefined, is: PaymentResource): Announcement[] {
  const said: Announcement[] = []
  for (const field of is.collection?.fields ?? []) {
    const before = was?.collection?.fields.find((other) => other.field === field.field)
    said.push(...ofField(before, field, is))
  }
  if (was && was.status !== is.status) said.push(...ofStatus(is))
  return said
}

function ofField(was: FieldView | undefined, is: FieldView, payment: PaymentResource): Announcement[] {
  if (was?.state === is.state && was.fault === is.fault) return []
  const name = fieldNames[is.field]
  if (
    is.state === 'keying' &&
    was?.state !== 'keying' &&
    (is.field === 'pan' || is.field === 'account-number')
  )
    return [politely(`${name} is being keyed. Stop the caller if they read it aloud.`)]
  if (is.state === 'accepted') {
    const card =
      is.field === 'pan' || is.field === 'account-number' ? cardWords(payment.collection ?? payment) : null
    return [politely(`${name} accepted${card ? `: ${card}` : ''}.`)]
  }
  if (is.fault !== null && is.fault !== was?.fault) {
    return [politely(`${name} not accepted. ${faultAdvice[is.fault]}`)]
  }
  return []
}

function ofStatus(payment: PaymentResource): Announcement[] {
  const amount = formatMoney(payment)
  const what = payment.method === 'bank-account' ? 'Bank account' : 'Card'
  switch (payment.status) {
    case 'ready':
      return payment.confirm === 'manual' ? [politely(`${what} complete. Confirm to take ${amount}.`)] : []
    case 'authorising':
      return [politely(`${what} complete. Asking the gateway.`)]
    case 'linked':
      return ofLink(payment)
    case 'authorised':
    case 'captured':
      return [politely(`Approved: ${amount}.`)]
    case 'declined':
      return [politely(`Declined. ${payment.decline?.advice ?? ''}`.trim())]
    case 'unknown':
      if (payment.brand === 'bank-account')
        return [politely('Not paid yet: the bank takes days. Do not take the payment again.')]
      return [{ text: 'Outcome not yet known. Do not take the payment again.', now: true }]
    case 'partly-refunded':
      return [politely('A part of the payment was given back.')]
    case 'refunded':
      return [politely(`Given back: ${amount}.`)]
    case 'voided':
      return [politely('Payment reversed. Nothing is taken.')]
    case 'cancelled':
    case 'expired':
      return [politely(`Nothing was charged. ${endingWords(payment.collection?.why ?? null)}`)]
    case 'created':
      return payment.collection?.why
        ? [politely(`${endingWords(payment.collection.why)} Nothing was charged.`)]
        : []
    case 'collecting':
      return []
  }
}

function ofLink({ payLink }: PaymentResource): Announcement[] {
  if (payLink?.state === 'opened') return [politely('The caller has opened the pay link.')]
  return payLink?.state === 'open' ? [politely('The pay link is open.')] : []
}
