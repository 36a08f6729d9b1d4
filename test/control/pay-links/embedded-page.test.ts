import { expect, it } from 'vitest'
import { embeddedPage } from '../../../src/control/pay-links/embedded-page.ts'

const money = { amountMinor: 1_050, currency: 'GBP' }
const frame = {
  kind: 'frame' as const,
  hosts: { frame: ['https://gateway.example:8443'] },
  url: 'https://gateway.example:8443/embed/abc',
}
const shown = (change: object = {}) =>
  embeddedPage({ embed: frame, merchant: 'One', money, reference: 'INV-7', ...change })
const directive = (policy: string, name: string) =>
  policy
    .split('; ')
    .find((one) => one.startsWith(`${name} `))
    ?.slice(name.length + 1)

it('lets the browser load the gateway’s frame and the page’s own script by its nonce, and nothing else', () => {
  const { policy, html } = shown()
  const nonce = /script nonce="([\w-]{24})"/.exec(html)?.[1]
  expect(directive(policy, 'default-src')).toBe("'none'")
  expect(directive(policy, 'script-src')).toBe(`'nonce-${nonce}'`)
  expect(directive(policy, 'frame-src')).toBe('https://gateway.example:8443')
  for (const name of ['connect-src', 'img-src', 'form-action', 'base-uri', 'frame-ancestors'])
    expect(directive(policy, name), name).toBe("'none'")
  expect(policy).not.toMatch(/unsafe|\*|data:/)
})

it('has another nonce every time', () => {
  expect(shown().policy).not.toBe(shown().policy)
})

it('names Stripe’s hosts where the component is Stripe’s', () => {
  const embed = {
    ...{ kind: 'stripe' as const, publishableKey: 'pk_test_1', clientSecret: 'pi_1_secret_2' },
    hosts: { script: ['https://js.stripe.com'], connect: ['https://api.stripe.com'] },
  }
  const { policy, html } = shown({ embed })
  expect(directive(policy, 'script-src')).toMatch(/^'nonce-[\w-]{24}' https:\/\/js\.stripe\.com$/)
  expect(directive(policy, 'connect-src')).toBe('https://api.stripe.com')
  expect(html).toContain('data-secret="pi_1_secret_2"')
})

it('writes the merchant’s words as text', () => {
  const { html } = shown({ merchant: '<script>alert(1)</script>', reference: '"><img src=x>' })
  expect(html).not.toContain('<script>alert')
  expect(html).not.toContain('<img')
})
