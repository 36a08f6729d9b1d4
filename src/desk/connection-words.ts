import type { ConnectionResource, Grant } from '../contracts/connections.ts'
import type { RecordLinkResource } from '../contracts/records.ts'

export const grantNames: Readonly<Record<Grant, string>> = {
  'authorisation-code': 'A person agrees in the browser',
  'client-credentials': 'The app’s own id and secret',
  'jwt-bearer': 'A private key (JWT bearer)',
  'fixed-token': 'A fixed token',
}

export const secretNames: Readonly<Record<Grant, string>> = {
  'authorisation-code': 'The app’s secret',
  'client-credentials': 'The app’s secret',
  'jwt-bearer': 'The private key (PKCS #8 PEM)',
  'fixed-token': 'The token',
}

/** What happened while somebody was away on the other side. */
export function returnWords(code: string): string {
  switch (code) {
    case '':
      return 'Connected.'
    case 'CONSENT_INVALID':
      return 'That consent is too old or was used already. Press Connect again.'
    case 'CONNECTION_REFUSED':
      return 'Not connected: the consent was not given, or the other side does not let us in like this.'
    default:
      return 'The other side does not answer now. Press Connect again in a moment.'
  }
}

export function connectionState({ state, disabledBecause }: ConnectionResource): string {
  if (state === 'open') return 'Not connected yet'
  if (state === 'connected') return 'Connected'
  const because = disabledBecause ?? 'by-hand'
  if (because === 'by-hand') return 'Paused by hand'
  return because.startsWith('reconnect')
    ? `To be connected anew (${because.replace(/^reconnect: /, '')})`
    : `Stopped (${because})`
}

const heldBecause: Readonly<Record<string, string>> = {
  'no-reference': 'The payment names no record.',
  'no-number': 'The call has no number to look for.',
  'nobody-has-the-number': 'Nobody there has the caller’s number.',
  'several-have-the-number': 'Several there have the caller’s number.',
  'reference-unreadable': 'The payment’s reference names no record there.',
  'record-gone': 'The record is not there any more.',
}

export function linkWords({ state, record, because, written }: RecordLinkResource): string {
  if (state === 'open') return 'Not looked for yet.'
  if (state === 'held') return `${heldBecause[because ?? ''] ?? 'The record is not known.'} Which one is it?`
  const name = record ? `${record.kind} ${record.id}` : ''
  return written ? `Written on ${name}.` : `Goes on ${name}.`
}
