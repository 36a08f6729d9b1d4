import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { type TestPlace, testPlace } from '../../support/test-place.ts'
import { agent, Rig } from '../payments/rig.ts'
import { until } from '../payments/until.ts'
import { Receiver } from './receiver.ts'

let receiver: Receiver
let rig: Rig
let place: TestPlace
beforeEach(async () => {
  receiver = await new Receiver().start()
  place = await testPlace()
  rig = await Rig.start({ place: place.place, webhookEndpoints: [receiver.config] })
})
afterEach(async () => {
  await rig.close()
  await place.remove()
  await receiver.stop()
})

const newer = { id: 'newer', key: new Secret(Buffer.alloc(32, 9).toString('base64')) }
const rows = () =>
  rig.store.db
    .selectFrom('webhook_endpoints')
    .select(['id', 'url', 'secret', 'previous_secret', 'state', 'disabled_because'])
    .orderBy('id')
    .execute()
const restartWith = async (keys: Rig['sealingKeys']) => {
  await rig.crash()
  rig.sealingKeys = keys
  await rig.startCore()
}
/** As version 0.1.0 wrote them. */
const writeInTheClear = (secret: string, previous: string | null = null) =>
  rig.store.db
    .updateTable('webhook_endpoints')
    .set({ secret, previous_secret: previous, previous_until: previous ? rig.clock.now() + 3_600_000 : null })
    .execute()
const heard = async () => {
  const before = receiver.received.length
  await rig.created()
  await until('the endpoint has heard', () => receiver.received.length + receiver.unverified > before)
}

describe('the secrets of webhook endpoints', () => {
  it('are sealed, whoever made the endpoint, and open to sign', async () => {
    const { secret, id } = await rig.core.endpoints.create(agent, { url: 'https://crm.example/in' })
    const rotated = await rig.core.endpoints.rotateSecret(agent, id)
    for (const row of await rows()) expect(row.secret).toMatch(/^sealed:1:test:/)
    expect((await rows())[1]?.previous_secret).toMatch(/^sealed:1:test:/)
    expect(JSON.stringify(await rows())).not.toContain('whsec_')
    expect(rotated.secret).not.toBe(secret)
    await heard()
    expect(receiver.unverified).toBe(0)
  })

  it('that an older version stored in the clear are sealed at the next start, and sign as before', async () => {
    const before = `whsec_${Buffer.alloc(32, 8).toString('base64')}`
    await writeInTheClear(receiver.secret, before)
    await restartWith(rig.sealingKeys)
    for (const { secret, previous_secret } of await rows())
      expect([secret, previous_secret]).toEqual([
        expect.stringMatching(/^sealed:1:/),
        expect.stringMatching(/^sealed:1:/),
      ])
    const signedBy: boolean[] = []
    receiver.verify = (body, headers) => {
      const at = new Date(Number(headers['webhook-timestamp']) * 1_000)
      for (const secret of [receiver.secret, before]) {
        const signature = new Webhook(secret).sign(headers['webhook-id'] ?? '', at, body)
        signedBy.push(headers['webhook-signature']?.split(' ').includes(signature) ?? false)
      }
    }
    await heard()
    expect(signedBy).toEqual([true, true])
  })

  // PostgreSQL keeps dead rows until it vacuums; docs/production.md says so.
  if (!inject('postgres'))
    it('leave nothing in the clear in the database’s files', async () => {
      const clear = `whsec_${Buffer.alloc(32, 6).toString('base64')}`
      const folder = path.dirname(place.place.file ?? '')
      const files = () => readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'latin1'))
      await writeInTheClear(clear)
      expect(files().some((text) => text.includes(clear))).toBe(true)
      await restartWith(rig.sealingKeys)
      expect(files().some((text) => text.includes(clear))).toBe(false)
    })

  it('are sealed anew under a newer key, after which the older one can go', async () => {
    await rig.core.endpoints.create(agent, { url: 'https://crm.example/in' })
    await restartWith([newer, ...rig.sealingKeys])
    for (const { secret } of await rows()) expect(secret).toMatch(/^sealed:1:newer:/)
    await restartWith([newer])
    await heard()
    expect(receiver.unverified).toBe(0)
  })

  it('that cannot be opened sign nothing: the endpoint says why, and what waits is kept', async () => {
    await rig.core.endpoints.create(agent, { url: `${receiver.url}/second` })
    await restartWith([newer])
    await rig.created()
    await until('the endpoint says why', async () =>
      (await rows()).some(({ disabled_because }) => disabled_because === 'secret-cannot-be-opened'),
    )
    // The one of the configuration is sealed anew from there.
    await until('the other has heard', () => receiver.received.length > 0)
    expect(receiver.unverified).toBe(0)
    const { id } = (await rows()).find(({ state }) => state === 'disabled')!
    const waiting = await rig.store.db.selectFrom('outbox').select('state').where('target', '=', id).execute()
    expect(waiting).toEqual([{ state: 'waiting' }])
  })

  it('are not stored at all without a key', async () => {
    await rig.crash()
    rig.sealingKeys = []
    await expect(rig.startCore()).rejects.toMatchObject({ code: 'SEALING_KEY_MISSING' })
    rig.sealingKeys = [newer]
  })
})
