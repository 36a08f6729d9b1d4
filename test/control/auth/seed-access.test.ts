import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import type { ControlConfig } from '../../../src/contracts/process-config/control-config.ts'
import { createApiKeys } from '../../../src/control/auth/api-keys.ts'
import { seedAccess } from '../../../src/control/auth/seed-access.ts'
import { Sessions } from '../../../src/control/auth/sessions.ts'
import { openStore, type Store } from '../../../src/control/store/store.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { type TestPlace, testPlace } from '../../support/test-place.ts'

type Merchant = ControlConfig['merchants'][number]

const key = `tw_test_${'k'.repeat(32)}`
const base: Merchant = {
  id: 'mer_a',
  name: 'A',
  gatewayId: 'g',
  agents: [{ email: 'Ada@A.test', name: 'Ada', role: 'agent', password: new Secret('first password') }],
  apiKeys: [{ name: 'k', key: new Secret(key) }],
  webhookEndpoints: [],
}

let store: Store
let test: TestPlace
const clock = new ManualClock()

beforeEach(async () => {
  test = await testPlace()
  store = await openStore({ ...test.place, clock })
  for (const id of ['mer_a', 'mer_b']) {
    const row = { id, name: id, gateway_id: 'g', created_at: 0, updated_at: 0 }
    await store.db.insertInto('merchants').values(row).execute()
  }
})
afterEach(async () => {
  await store.close()
  await test.remove()
})

const seed = (...merchants: Merchant[]) => seedAccess({ store, clock, merchants })
const agents = () => store.db.selectFrom('agents').selectAll().execute()

describe('access follows the configuration', () => {
  it('and a start that changes nothing writes nothing', async () => {
    await seed(base)
    const before = await agents()
    expect(before).toMatchObject([{ merchant_id: 'mer_a', email: 'ada@a.test', disabled_at: null }])
    expect(before[0]?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    await seed(base)
    expect(await agents()).toEqual(before)
  })

  it('so that a new password or role ends the sessions of before', async () => {
    await seed(base)
    const [ada] = await agents()
    const sessions = new Sessions({ store, clock, limits: { idleMinutes: 30, longestHours: 12 } })
    const token = await sessions.open({ id: ada?.id ?? '', merchantId: 'mer_a' })
    expect(await sessions.find(token)).toMatchObject({ role: 'agent' })
    const agent = {
      email: 'ada@a.test',
      name: 'Ada',
      role: 'agent' as const,
      password: new Secret('second password'),
    }
    await seed({ ...base, agents: [agent] })
    expect(await sessions.find(token)).toBeUndefined()
    expect((await agents())[0]?.id).toBe(ada?.id)
  })

  it('so that agents and keys that are no longer named are shut out, and let in again when they are', async () => {
    await seed(base)
    const keys = createApiKeys({ store, clock })
    await seed({ ...base, agents: [], apiKeys: [] })
    expect((await agents())[0]?.disabled_at).toBe(clock.now())
    expect(await keys.find(key)).toBeUndefined()
    await seed(base)
    expect((await agents())[0]?.disabled_at).toBeNull()
    expect(await keys.find(key)).toMatchObject({ actor: { merchantId: 'mer_a' } })
  })

  it('so that an address or a key that moves to another merchant takes nothing along', async () => {
    await seed(base)
    const [before] = await agents()
    await seed({ ...base, agents: [], apiKeys: [] }, { ...base, id: 'mer_b' })
    const moved = (await agents()).find(({ email }) => email === 'ada@a.test')
    expect(moved).toMatchObject({ merchant_id: 'mer_b' })
    expect(moved?.id).not.toBe(before?.id)
    expect(await createApiKeys({ store, clock }).find(key)).toMatchObject({ actor: { merchantId: 'mer_b' } })
  })

  it('and is refused when two agents share an address', async () => {
    await expect(seed(base, { ...base, id: 'mer_b', apiKeys: [] })).rejects.toMatchObject({
      code: 'ACCESS_CONFIG_CONFLICT',
    })
  })
})
