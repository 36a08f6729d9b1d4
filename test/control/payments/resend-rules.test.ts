import { describe, expect, it } from 'vitest'
import { mayResendUnsent, wayToKnow } from '../../../src/control/payments/resend-rules.ts'

const hourMs = 3_600_000
const stripeLike = {
  replays5xx: true,
  windowHours: 24,
  scope: 'account',
  lookupBy: 'our-reference',
} as const
const standing = {
  facts: stripeLike,
  ageMs: 1_000,
  place: 'same-account',
  canInquire: true,
  hasGatewayRef: false,
} as const

describe('a request whose answer was lost', () => {
  it('is sent again only to a gateway that replays, and only as long as it remembers the key', () => {
    expect(wayToKnow(standing)).toBe('resend')
    expect(wayToKnow({ ...standing, ageMs: 23.8 * hourMs })).toBe('resend')
    expect(wayToKnow({ ...standing, ageMs: 23.9 * hourMs })).toBe('inquire')
    expect(wayToKnow({ ...standing, facts: { ...stripeLike, replays5xx: false } })).toBe('inquire')
    expect(wayToKnow({ ...standing, facts: { ...stripeLike, windowHours: 0 } })).toBe('inquire')
  })

  it.each([
    ['account', 'same-account', 'resend'],
    ['account', 'same-credentials', 'inquire'],
    ['account', 'elsewhere', 'inquire'],
    ['company', 'same-account', 'resend'],
    ['company', 'same-credentials', 'resend'],
    ['company', 'elsewhere', 'inquire'],
    ['undocumented', 'same-account', 'inquire'],
    ['none', 'same-account', 'inquire'],
  ] as const)('to a gateway that knows keys within one %s, asked at the %s now: %s', (scope, place, way) => {
    const facts = { ...stripeLike, scope }
    expect(wayToKnow({ ...standing, facts, place })).toBe(way)
    // The window still holds, wherever it goes.
    expect(wayToKnow({ ...standing, facts, place, ageMs: 25 * hourMs })).toBe('inquire')
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
