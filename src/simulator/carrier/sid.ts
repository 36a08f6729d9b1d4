import { randomBytes } from 'node:crypto'

/** A Twilio-style identifier: two capital letters of the kind (`CA` call, `MZ` media stream, `SM` text message) and 32 hex digits. */
export function newSid(kind: 'CA' | 'MZ' | 'SM'): string {
  return kind + randomBytes(16).toString('hex')
}
