import { describe, expect, it } from 'vitest'
import type { BodyField, GatewayCall } from '../../src/contracts/gateway-call.ts'
import { allows } from '../../src/vault/policy.ts'
import { authorise } from './support/gateway-call.ts'

const origin = 'https://localhost:8443'
const destination = { connector: 'sandbox', origin }
const call = authorise(origin)
const fields = call.body!.fields
const withFields = (...list: BodyField[]): GatewayCall =>
  authorise(origin, { body: { encoding: 'json', fields: list } })

describe('the policy of what may be filled and sent', () => {
  it('lets the two calls of the sandbox through', () => {
    expect(allows(destination, call)).toBe(true)
    expect(allows(destination, authorise(origin, { operation: 'tokenise', path: '/v1/tokens' }))).toBe(true)
  })

  it.each<[string, Partial<GatewayCall>]>([
    ['another host', { origin: 'https://evil.example' }],
    ['another port', { origin: 'https://localhost:8444' }],
    ['another connector', { connector: 'other' }],
    ['another operation', { operation: 'refund' }],
    ['another path', { path: '/v1/authorisations/../notes' }],
    ['a query', { path: '/v1/authorisations?debug=1' }],
    ['the path of another operation', { path: '/v1/tokens' }],
    ['another method', { method: 'PUT' }],
    ['another encoding', { body: { encoding: 'form', fields } }],
    ['another host header', { headers: [{ name: 'HOST', value: 'evil.example' }] }],
    ['a second framing', { headers: [{ name: 'Transfer-Encoding', value: 'chunked' }] }],
    ['a header with a line break', { headers: [{ name: 'X-A', value: 'a\r\nX-B: b' }] }],
  ])('refuses %s', (_what, over) => expect(allows(destination, authorise(origin, over))).toBe(false))

  it('refuses a call without a body, where there is nothing to fill', () => {
    const { body: _body, ...bare } = call
    expect(allows(destination, bare)).toBe(false)
  })

  it('refuses a slot that was moved to another field', () => {
    expect(allows(destination, withFields({ path: ['description'], value: { slot: 'pan' } }))).toBe(false)
    expect(allows(destination, withFields({ path: ['card', 'csc'], value: { slot: 'pan' } }))).toBe(false)
    expect(allows(destination, withFields({ path: ['card.number'], value: { slot: 'pan' } }))).toBe(false)
  })

  it('refuses a slot that the connector has no place for', () => {
    expect(
      allows(destination, withFields({ path: ['card', 'year'], value: { slot: 'expiryYearShort' } })),
    ).toBe(false)
  })

  it('refuses a slot twice, and a field on or inside another one', () => {
    const number: BodyField = { path: ['card', 'number'], value: { slot: 'pan' } }
    expect(allows(destination, withFields(number, number))).toBe(false)
    expect(allows(destination, withFields(number, { path: ['card'], value: 'x' }))).toBe(false)
    expect(allows(destination, withFields({ path: ['card', 'number', 'x'], value: 'x' }, number))).toBe(false)
  })
})
