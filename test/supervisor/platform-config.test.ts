import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import { PlatformConfig } from '../../src/supervisor/platform-config.ts'

const text = readFileSync(path.resolve('config', 'tonewall.yaml'), 'utf8')

function keysOf(value: unknown, path: readonly string[] = []): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path.join('.')]
  return Object.entries(value).flatMap(([key, child]) => keysOf(child, [...path, key]))
}

describe('config/tonewall.yaml', () => {
  it('holds every key, each at its default', () => {
    const file = parseDocument(text).toJS() as unknown
    const defaults = PlatformConfig.parse({})
    expect(file).toEqual(defaults)
    expect(keysOf(file).sort()).toEqual(keysOf(defaults).sort())
  })
})

const production = {
  mode: 'production',
  control: { publicUrl: 'https://pay.example.com' },
  bridge: { publicUrl: 'wss://pay.example.com' },
  twilio: {
    accountSid: 'AC1',
    authToken: 't',
    numbers: [{ number: '+441632960001', merchant: 'mer_a', agentAddress: 'client:a' }],
  },
  gateways: [
    { id: 'main', connector: 'sandbox', origin: 'https://gateway.example.com', apiKey: 'a-key-of-it' },
  ],
  merchants: [{ id: 'mer_a', name: 'A', gateway: 'main' }],
}

describe('production mode', () => {
  it('takes a whole configuration', () => {
    expect(PlatformConfig.safeParse(production).success).toBe(true)
  })

  it.each([
    ['without TLS before control', { control: { publicUrl: 'http://pay.example.com' } }, 'control.publicUrl'],
    ['without TLS before the bridge', { bridge: {} }, 'bridge.publicUrl'],
    ['without a gateway', { gateways: [], merchants: [] }, 'gateways'],
    [
      'with a merchant of an unknown gateway',
      { merchants: [{ id: 'mer_a', name: 'A', gateway: 'other' }] },
      'merchants.0.gateway',
    ],
    ['without telephone numbers', { twilio: null }, 'twilio'],
  ])('refuses to start %s', (_, change, key) => {
    const parsed = PlatformConfig.safeParse({ ...production, ...change })
    expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toContain(key)
  })
})

describe('sandbox mode', () => {
  it('refuses a real gateway, so that no one charges real cards from a simulated phone', () => {
    const parsed = PlatformConfig.safeParse({ gateways: production.gateways })
    expect(parsed.error?.issues[0]?.path).toEqual(['gateways'])
  })
})
