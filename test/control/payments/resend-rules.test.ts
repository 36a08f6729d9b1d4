import { describe, expect, it } from 'vitest'
import { mayResendUnsent, wayToKnow } from '../../../src/control/payments/resend-rules.ts'

const hourMs = 3_600_000
const stripeLike = { replays5xx: true, windowHours: 24, lookupBy: 'our-reference' } as const
const standing = { facts: stripeLike, ageMs: 1_000, canInquire: true, hasGatewayRef: false }

describe('a request whose answer was lost', () => {
  it('is sent again only to a gateway that replays, and only as long as it remembers the key', () => {
    expect(wayToKnow(standing)).toBe('resend')
    expect(wayToKnow({ ...standing, ageMs: 23.8 * hourMs })).toBe('resend')
    expect(wayToKnow({ ...standing, ageMs: 23.9 * hourMs })).toBe('inquire')
    expect(wayToKnow({ ...standing, facts: { ...stripeLike, replays5xx: false } })).toBe('inquire')
    expect(wayToKnow({ ...standing, facts: { ...stripeLike, windowHours: 0 } })).toBe('inquire')
  })

  it('is asked after by a reference that the gateway can look for', () => {
    const facts = { ...stripeLike, replays5xx: false, lookupBy: 'gateway-reference' } as const
    expect(wayToKnow({ ...standing, facts })).toBe('wait')
    expect(wayToKnow({ ...standing, facts, hasGatewayRef: true })).toBe('inquire')
    expect(wayToKnow({ ...standing, facts, hasGatewayRef: true, canInquire: false })).toBe('wait')
  })
})

describe('a request of which no byte has left', () => {
  it('may be sent again at once, unless a policy refused it', () => {
    expect(['refused', 'dns', 'tls', 'timeout'].every(mayResendUnsent)).toBe(true)
    expect(['policy', 'gone'].some(mayResendUnsent)).toBe(false)
  })
})
