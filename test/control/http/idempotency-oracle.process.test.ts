import { createServer, type RequestListener, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CallNotFound } from '../../../src/control/payments/payment-errors.ts'
import { ask, type Harness, harness, liveCall, ours, theirs } from './control-harness.ts'

/**
 * Somebody else's idea of the same thing: stripe-stateful-mock on loopback. The same charges with the same keys, in any
 * order: both execute the same ones, and both repeat the same answers. Where the two differ by intention stands in
 * docs/api.md, and has a test of its own here.
 */
const load = createRequire(import.meta.url)
const stateful = load('stripe-stateful-mock') as { createExpressApp(): RequestListener }
const itsLog = createRequire(load.resolve('stripe-stateful-mock'))('loglevel') as {
  setLevel(level: string): void
}
itsLog.setLevel('silent')

type Account = 'first' | 'second'
type Charge = {
  readonly account: Account
  readonly key: string
  readonly amountMinor: number
  /** The gateway's answer is a refusal, which is an answer like any other. */
  readonly refused: boolean
}

type Answer = {
  readonly status: number
  readonly replayed: boolean
  readonly body: string
}

let control: Harness
let mock: Server
let origin = ''
const callIds = {} as Record<Account, string>
let secondAccount = ''
let series = 0

beforeAll(async () => {
  control = await harness()
  callIds.first = await liveCall(control)
  callIds.second = await liveCall(control, { sid: 'CAsecond', to: theirs.number })
  mock = createServer(stateful.createExpressApp())
  await new Promise<void>((resolve) => mock.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(mock.address() as AddressInfo).port}`
  const made = await stripe('/v1/accounts', { type: 'custom' })
  secondAccount = (JSON.parse(made.body) as { id: string }).id
})
afterAll(async () => {
  mock.closeAllConnections()
  mock.close()
  await control.close()
})

async function stripe(
  path: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(origin + path, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('sk_test_oracle:')}`, ...headers },
    body: new URLSearchParams(form),
  })
  const replayed = response.headers.get('idempotent-replayed') === 'true'
  return { status: response.status, replayed, body: await response.text() }
}

function atTheOracle({ account, key, amountMinor, refused }: Charge): Promise<Answer> {
  const source = refused ? 'tok_chargeDeclined' : 'tok_visa'
  const form = { amount: String(amountMinor), currency: 'gbp', source }
  const whose: Record<string, string> = account === 'first' ? {} : { 'stripe-account': secondAccount }
  return stripe('/v1/charges', form, { 'idempotency-key': key, ...whose })
}

async function atOurs({ account, key, amountMinor, refused }: Charge): Promise<Answer> {
  // The payments here are scripted; what refuses is the business behind the layer, as the oracle's bank does.
  control.payments.beforeCreate = async () => {
    if (refused) throw new CallNotFound()
  }
  const { statusCode, headers, body } = await ask(control, {
    method: 'POST',
    url: '/v1/payments',
    idempotencyKey: key,
    key: account === 'first' ? ours.key : theirs.key,
    body: {
      callId: refused ? 'call_none' : callIds[account],
      amountMinor,
      currency: 'GBP',
      reference: `charge-${amountMinor}`,
    },
  })
  return { status: statusCode, replayed: headers['idempotent-replayed'] === 'true', body }
}

/** What a client can tell from an answer, in terms that both have. */
function meaning({ status, replayed }: Answer, reused: number): string {
  if (status === reused) return 'another request has this key'
  return `${status < 300 ? 'made' : 'refused'}${replayed ? ', as before' : ''}`
}

const anyCharge: fc.Arbitrary<Charge> = fc.record({
  account: fc.constantFrom('first', 'second'),
  key: fc.constantFrom('a', 'b', 'c'),
  amountMinor: fc.constantFrom(1_050, 1_051),
  refused: fc.boolean(),
})

describe('our Idempotency-Key and that of stripe-stateful-mock', () => {
  it('execute and repeat the same charges, in whatever order they come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyCharge, { minLength: 2, maxLength: 14 }), async (charges) => {
        series++
        const first = new Map<string, readonly [string, string]>()
        const madeBefore = control.payments.made.length
        let made = 0
        for (const charge of charges) {
          const sent = { ...charge, key: `${series}-${charge.key}` }
          const [mine, other] = [await atOurs(sent), await atTheOracle(sent)]
          expect(meaning(mine, 422), JSON.stringify(charge)).toBe(meaning(other, 400))
          const name = `${charge.account} ${charge.key}`
          if (mine.replayed) expect([mine.body, other.body]).toEqual(first.get(name))
          else if (meaning(mine, 422) !== 'another request has this key') {
            expect(first.has(name)).toBe(false)
            first.set(name, [mine.body, other.body])
            if (mine.status < 300) made++
          }
        }
        expect(control.payments.made.length - madeBefore).toBe(made)
      }),
      { numRuns: 60 },
    )
  }, 60_000)

  it('let one of two hundred at once through', async () => {
    const charge: Charge = { account: 'first', key: 'at-once', amountMinor: 1_050, refused: false }
    const many = Array.from({ length: 200 }, () => charge)
    const [mine, other] = await Promise.all([
      Promise.all(many.map(atOurs)),
      Promise.all(many.map(atTheOracle)),
    ])
    const ids = (answers: Answer[]) =>
      new Set(
        answers
          .filter(({ status }) => status < 300)
          .map(({ body }) => (JSON.parse(body) as { id: string }).id),
      )
    expect(ids(mine).size).toBe(1)
    expect(ids(other).size).toBe(1)
  }, 60_000)
})

describe('where we are stricter than the oracle, by intention', () => {
  const good: Charge = { account: 'first', key: 'x', amountMinor: 1_050, refused: false }

  it('asks for a key on every POST', async () => {
    const { status } = await stripe('/v1/charges', { amount: '1050', currency: 'gbp', source: 'tok_visa' })
    expect(status).toBe(200)
    const url = '/v1/payments'
    const mine = await ask(control, { method: 'POST', url, idempotencyKey: null, body: {} })
    expect(mine.statusCode).toBe(400)
  })

  it('has one key for one request, whatever its path', async () => {
    await Promise.all([atOurs({ ...good, key: 'paths' }), atTheOracle({ ...good, key: 'paths' })])
    const elsewhere = await stripe('/v1/customers', { name: 'x' }, { 'idempotency-key': 'paths' })
    expect(elsewhere.status).toBe(200)
    const url = `/v1/payments/${control.payments.made.at(-1)?.id}/arm`
    const mine = await ask(control, { method: 'POST', url, idempotencyKey: 'paths' })
    expect(mine.statusCode).toBe(422)
  })

  it('does not take a request that could not be read for the one that the key names', async () => {
    const wrong = { ...good, key: 'unread', amountMinor: -1 }
    expect([(await atOurs(wrong)).status, (await atTheOracle(wrong)).status]).toEqual([400, 400])
    // Nothing was begun: corrected, it may be sent with the same key. Stripe itself says the same of its own API.
    expect((await atOurs({ ...wrong, amountMinor: 1_050 })).status).toBe(201)
    expect((await atTheOracle({ ...wrong, amountMinor: 1_050 })).status).toBe(400)
  })
})
