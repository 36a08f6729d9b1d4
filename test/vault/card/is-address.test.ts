import net from 'node:net'
import { describe, expect, it } from 'vitest'
import { isAddress } from '../../../src/vault/card/is-address.ts'

const hosts = [
  'api.stripe.com',
  'localhost',
  'pal-live.adyenpayments.com',
  '3.gateway.example',
  'xn--bcher-kva.example',
  '127.0.0.1',
  '0x7f.1',
  '2130706433',
  '[::1]',
  '[2001:db8::7]',
]

describe('the host of an origin', () => {
  it.each(hosts)('%s is taken for an address exactly when Node takes it for one', (host) => {
    const { hostname } = new URL(`https://${host}`)
    expect(isAddress(hostname)).toBe(net.isIP(hostname.replace(/^\[|\]$/g, '')) !== 0)
  })
})
