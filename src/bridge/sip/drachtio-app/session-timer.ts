import type { SipHeaders, SipMessage } from './stack.ts'

/** RFC 4028. `refresher` is a role in the INVITE transaction that negotiated it. */
export type SessionTimer = { readonly expiresS: number; readonly refresher: 'uac' | 'uas' }
export type SessionLimits = { readonly expiresS: number; readonly minSeS: number }

export type Negotiated =
  /** The other's interval is too short for us: 422 with `Min-SE`. */
  | { readonly refused: true; readonly headers: SipHeaders }
  | { readonly refused: false; readonly timer: SessionTimer; readonly headers: SipHeaders }

/** Answers the session timer of an INVITE or UPDATE that we got (RFC 4028 §9). */
export function negotiateAsUas(request: SipMessage, limits: SessionLimits): Negotiated {
  const supports = /(^|[\s,])timer([\s,]|$)/i.test(request.get('Supported') ?? '')
  const wanted = readSessionExpires(request.get('Session-Expires'))
  if (wanted && supports && wanted.expiresS < limits.minSeS)
    return { refused: true, headers: { 'Min-SE': String(limits.minSeS) } }
  const leastS = Math.max(limits.minSeS, Number.parseInt(request.get('Min-SE') ?? '0', 10) || 0)
  const expiresS = Math.max(leastS, Math.min(wanted?.expiresS ?? limits.expiresS, limits.expiresS))
  // Who does not know of timers cannot refresh (RFC 4028, table 2).
  const refresher = supports ? (wanted?.refresher ?? 'uac') : 'uas'
  const headers = { 'Session-Expires': `${expiresS};refresher=${refresher}` }
  return {
    refused: false,
    timer: { expiresS, refresher },
    headers: refresher === 'uac' ? { ...headers, Require: 'timer' } : headers,
  }
}

/** What our own INVITE asks for. */
export function uacHeaders(limits: SessionLimits): SipHeaders {
  return {
    Supported: 'timer, replaces',
    'Session-Expires': String(limits.expiresS),
    'Min-SE': String(limits.minSeS),
  }
}

/** What the 2xx to our INVITE says; null when the other side knows of no timer. */
export function timerOfAnswer(response: SipMessage): SessionTimer | null {
  const read = readSessionExpires(response.get('Session-Expires'))
  return read && { expiresS: read.expiresS, refresher: read.refresher ?? 'uac' }
}

/** The limits to try again with after 422 (RFC 4028 §7.3); undefined when the answer names none. */
export function limitsAfter422(minSe: string | undefined, limits: SessionLimits): SessionLimits | undefined {
  const minSeS = Number.parseInt(minSe ?? '', 10)
  if (!(minSeS > limits.minSeS) || minSeS > 86_400) return undefined
  return { minSeS, expiresS: Math.max(minSeS, limits.expiresS) }
}

function readSessionExpires(text: string | undefined) {
  const match = /^\s*(\d{1,8})\s*(?:;.*?refresher\s*=\s*(uac|uas))?/i.exec(text ?? '')
  if (!match) return null
  return { expiresS: Number(match[1]), refresher: match[2]?.toLowerCase() as 'uac' | 'uas' | undefined }
}
