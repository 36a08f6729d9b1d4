import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import { ControlConfig } from '../../src/contracts/process-config/control-config.ts'
import { VaultConfig } from '../../src/contracts/process-config/vault-config.ts'
import { planProcesses } from '../../src/supervisor/plan/process-plan.ts'
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

function payDoor(changes: object = {}) {
  const door = { id: 'twilio', path: '/pay', username: 'u', password: 'a-password-of-16-and-more' }
  return {
    ...{ certificateFile: '/c.pem', keyFile: '/k.pem' },
    doors: [{ ...door, merchant: 'mer_a', gateway: 'main', ...changes }],
  }
}
const doorKey = (key: string) => `payDoor.doors.0.${key}`

describe('the plan of the processes', () => {
  const planned = (changes: object) => {
    const config = PlatformConfig.parse({ ...production, ...changes })
    const plan = planProcesses({ config, runDir: '/run/t', packageDir: '/opt/t', sandbox: null })
    return Object.fromEntries(plan.map(({ name, config }) => [name, config])) as Record<string, object>
  }

  it('gives the password of a door to the vault only, and its merchant to control only', () => {
    const { vault, control } = planned({ payDoor: payDoor() })
    expect(VaultConfig.parse(vault).payDoor?.doors).toMatchObject([
      { id: 'twilio', connector: 'sandbox', origin: 'https://gateway.example.com', signing: null },
    ])
    expect(ControlConfig.parse(control).payDoors).toEqual([
      { id: 'twilio', merchantId: 'mer_a', gatewayId: 'main' },
    ])
    expect(JSON.stringify(control)).not.toContain('a-password-of-16-and-more')
    expect(JSON.stringify(vault)).not.toContain('mer_a')
    expect(planned({}).vault).toMatchObject({ payDoor: null })
  })

  it('declares every flow as orders by phone, unless told of one that it is none', () => {
    expect(planned({}).control).toMatchObject({ moto: { agent: true, selfService: true } })
    const control = { ...production.control, moto: { selfService: false } }
    expect(planned({ control }).control).toMatchObject({ moto: { agent: true, selfService: false } })
  })

  it('opens no port for metrics unless told, and then one of its own', () => {
    expect(planned({}).control).toMatchObject({ metrics: null })
    const metrics = { enabled: true, token: 't'.repeat(32) }
    expect(planned({ metrics }).control).toMatchObject({
      metrics: { listen: { host: '127.0.0.1', port: 9_464 }, token: metrics.token },
    })
  })
})

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
    [
      'with secrets of webhooks and nothing to seal them with',
      {
        merchants: [
          { ...production.merchants[0], webhooks: [{ url: 'https://a.example/', secret: 'whsec_x' }] },
        ],
      },
      'control.sealingKeys',
    ],
    ['without telephone numbers', { twilio: null }, 'twilio'],
    ['with metrics that anybody may read', { metrics: { enabled: true } }, 'metrics.token'],
    [
      'with a door of a merchant that is not there',
      { payDoor: payDoor({ merchant: 'mer_b' }) },
      doorKey('merchant'),
    ],
    [
      'with a door to a gateway that is not there',
      { payDoor: payDoor({ gateway: 'b' }) },
      doorKey('gateway'),
    ],
    ['with a guessable password of a door', { payDoor: payDoor({ password: 'short' }) }, doorKey('password')],
    [
      'with a door that wants a signature over an address that nobody named',
      { payDoor: payDoor({ signingToken: 'a-token-of-the-provider' }) },
      'payDoor.publicUrl',
    ],
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

  it('refuses a door for real cards, and metrics beyond this machine without a token', () => {
    const issues = PlatformConfig.safeParse({
      payDoor: payDoor(),
      metrics: { enabled: true, host: '0.0.0.0' },
    }).error?.issues.map(({ path: at }) => at.join('.'))
    expect(issues).toEqual(expect.arrayContaining(['payDoor', 'metrics.token']))
    expect(PlatformConfig.safeParse({ metrics: { enabled: true } }).success).toBe(true)
  })
})
