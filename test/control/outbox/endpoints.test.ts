import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { createEndpoints } from '../../../src/control/outbox/endpoints.ts'
import { askedWaitMs, waitMsAfter } from '../../../src/control/outbox/webhook-schedule.ts'
import { testSealer } from '../../support/sealing-key.ts'
import { agent, otherAgent, Rig } from '../payments/rig.ts'

let rig: Rig
const fromConfig = { url: 'https://shop.example/hooks', secret: new Secret('whsec_AAAA') }
beforeEach(async () => {
  rig = await Rig.start({ webhookEndpoints: [fromConfig] })
})
afterEach(() => rig.close())

describe('webhook endpoints', () => {
  it('are made with a secret that is shown once', async () => {
    const made = await rig.core.endpoints.create(agent, { url: 'https://crm.example/in' })
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const listed = await rig.core.endpoints.list(agent)
    expect(listed.map(({ url, source }) => [url, source])).toEqual([
      [fromConfig.url, 'config'],
      ['https://crm.example/in', 'api'],
    ])
    expect(JSON.stringify(listed)).not.toContain('whsec_')
  })

  it('are one for each address, and not without end', async () => {
    const { create } = rig.core.endpoints
    await expect(create(agent, { url: fromConfig.url })).rejects.toMatchObject({ code: 'ENDPOINT_EXISTS' })
    for (let n = 1; n < 16; n++) await create(agent, { url: `https://crm.example/${n}` })
    await expect(create(agent, { url: 'https://crm.example/17' })).rejects.toMatchObject({
      code: 'ENDPOINT_LIMIT',
    })
  })

  it.each(['http://shop.example/', 'ftp://x/', 'https://u:p@shop.example/', 'https://x/#y', 'nonsense'])(
    'are not at %s',
    async (url) => {
      const making = rig.core.endpoints.create(agent, { url })
      await expect(making).rejects.toMatchObject({ code: 'ENDPOINT_URL_REFUSED' })
    },
  )

  it('are on plain loopback in sandbox mode only', async () => {
    const url = 'http://127.0.0.1:4000/hook'
    await rig.core.endpoints.create(agent, { url })
    const egress = { ports: [443], allow: [] }
    const own = { store: rig.store, clock: rig.clock, onTold: () => {}, egress, sealer: testSealer }
    const strict = createEndpoints({ ...own, mode: 'production' })
    await expect(strict.create(agent, { url })).rejects.toMatchObject({ code: 'ENDPOINT_URL_REFUSED' })
    for (const host of [
      '10.0.0.1',
      '169.254.169.254',
      '[::1]',
      '2130706433',
      'localhost',
      'shop.example:8443',
    ])
      await expect(strict.create(agent, { url: `https://${host}/` }), host).rejects.toMatchObject({
        code: 'ADDRESS_REFUSED',
      })
  })

  it('are removed by their own merchant, and those of the configuration in the configuration', async () => {
    const { create, remove, list } = rig.core.endpoints
    const { id } = await create(agent, { url: 'https://crm.example/in' })
    await expect(remove(otherAgent, id)).rejects.toMatchObject({ code: 'ENDPOINT_NOT_FOUND' })
    await remove(agent, id)
    const [config] = await list(agent)
    expect(await list(agent)).toHaveLength(1)
    await expect(remove(agent, config?.id ?? '')).rejects.toMatchObject({ code: 'ENDPOINT_FROM_CONFIG' })
  })
})

describe('the waits between deliveries', () => {
  it('are 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h, then no more', () => {
    const waits = Array.from({ length: 10 }, (_, n) => waitMsAfter(n + 1, { random: () => 0 }))
    const hours = [2, 5, 10, 14, 20, 24].map((h) => h * 3_600_000)
    expect(waits).toEqual([5_000, 300_000, 1_800_000, ...hours, undefined])
    expect(waitMsAfter(1, { random: () => 0.999 })).toBe(5_500)
  })

  it('are made longer by Retry-After, never shorter, and not beyond a day', () => {
    const nowMs = Date.UTC(2026, 10, 22, 12)
    const waitMs = (retryAfter: string) =>
      waitMsAfter(2, { random: () => 0, askedMs: askedWaitMs(retryAfter, nowMs) })
    expect(waitMs('10')).toBe(300_000)
    expect(waitMs('600')).toBe(600_000)
    expect(waitMs('999999')).toBe(86_400_000)
    expect(waitMs('soon')).toBe(300_000)
    expect(waitMs('Sun, 22 Nov 2026 13:00:00 GMT')).toBe(3_600_000)
    expect(waitMs('Sun, 22 Nov 2026 11:00:00 GMT')).toBe(300_000)
  })
})
