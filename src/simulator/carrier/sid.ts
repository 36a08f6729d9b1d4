import { randomBytes } from 'node:crypto'

/** A Twilio-style identifier: two capital letters of the kind (`CA` call, `MZ` media stream) and 32 hex digits. */
export function newSid(kind: 'CA' | 'MZ'): string {
  return kind + randomBytes(16).toString('hex')
}
