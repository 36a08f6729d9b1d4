import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GatewayAccount } from '../../src/connectors/connector.ts'
import { connectorOf, connectors } from '../../src/connectors/registry.ts'
import type { StoredCardRequest } from '../../src/connectors/requests.ts'
import type { CardSummary } from '../../src/contracts/card.ts'
import type { Scenario } from '../conformance/fixture.ts'
import { fixtures } from '../conformance/fixtures.ts'
import { authoriseRequest, storedCardRequest } from '../conformance/play.ts'
import { type MemoryFindings, searchMemory, totalOf } from '../support/memory-search.ts'
import { type Paid, RealPath } from './support/real-path.ts'
import { answered } from './support/talk.ts'

const takesCode = connectors.filter(({ facts }) => facts.storedCsc).map(({ id }) => id)
const forgets = connectors.filter(({ forget }) => forget).map(({ id }) => id)

const { money, ourReference, idempotencyKey } = authoriseRequest()
const approve: Scenario = { do: 'approve', money, ourReference, captured: true }
/** Of American Express, whose security code has four digits: three stand in any memory, by chance. */
const kept: CardSummary = { brand: 'amex', last4: '0005', expiryMonth: 12, expiryYear: 2039 }
const canSearch = process.platform === 'linux' && process.getuid?.() === 0

let path: RealPath
beforeAll(async () => {
  path = await RealPath.start()
})
afterAll(() => path?.stop())

const tokenOf = (id: string, account: GatewayAccount) =>
  fixtures[id]!.keptCard!.token.replace(fixtures[id]!.account.origin, account.origin)

const again =
  (id: string, request: Partial<StoredCardRequest> = {}) =>
  (account: GatewayAccount) => {
    const order = { initiator: 'customer', cardToken: tokenOf(id, account), ...request } as const
    return connectorOf(id).authoriseStored!(storedCardRequest(order), account)
  }

const others = () => [...path.vault.cardPids(), path.vault.child.pid!]

/** One that nothing of the vault has in memory before it is keyed, in whatever form. */
function freshCode(id: string): string {
  const known = JSON.stringify([path.account(id), fixtures[id]!.keptCard, money, ourReference])
  for (let tries = 0; tries < 200; tries++) {
    const code = String(randomInt(1_000, 10_000))
    if (known.includes(code)) continue
    if (!canSearch || others().every((pid) => totalOf(searchMemory(pid, code)) === 0)) return code
  }
  throw new Error('every code stands in memory already')
}

type Searched = {
  readonly code: string
  readonly paid: Paid
  readonly held: readonly MemoryFindings[]
  readonly left: number
}

async function payWithCode(id: string): Promise<Searched> {
  const code = freshCode(id)
  const held: MemoryFindings[] = []
  const paid = await path.pay({
    connectorId: id,
    scenario: approve,
    open: again(id, { withCsc: true }),
    keys: code,
    kept,
    whileHeld() {
      if (canSearch) held.push(...path.vault.cardPids().map((pid) => searchMemory(pid, code)))
    },
  })
  const left = canSearch ? others().reduce((sum, pid) => sum + totalOf(searchMemory(pid, code)), 0) : 0
  return { code, paid, held, left }
}

const foundIn = (held: readonly MemoryFindings[]) => held.reduce((sum, one) => sum + totalOf(one), 0)

describe.each(takesCode)('%s, with a card that it keeps,', (id) => {
  it('gets the security code that was keyed again, once, beside the token, and no copy of it is left', async () => {
    let last = await payWithCode(id)
    // Four digits can also be those of a clock that went on meanwhile; twice they are not.
    if (canSearch && (foundIn(last.held) !== 1 || last.left > 0)) last = await payWithCode(id)
    const { code, paid, held, left } = last
    expect(paid.outcome).toMatchObject({ kind: 'approved', echoed: money })
    const [request, another] = paid.requests
    expect(another).toBeUndefined()
    expect(request!.split(`"${code}"`)).toHaveLength(2)
    expect(request).toContain(tokenOf(id, path.account(id)))
    if (!canSearch) return
    // The buffer that is still held, as the positive control; nothing of what was sent.
    expect(held.map(({ ascii }) => ascii).sort()).toEqual([...held.slice(1).map(() => 0), 1])
    expect(foundIn(held)).toBe(1)
    expect(left).toBe(0)
  })

  it('is refused before the code is filled in when it is moved to another field or another host', async () => {
    const account = path.account(id)
    const move = again(id, { withCsc: true })(account)
    if (move.do === 'end') throw new Error('nothing to send')
    const { call } = move
    const { collectionId } = await path.vault.collect(
      { origin: account.origin, connector: id, fields: ['csc'], keptCard: kept },
      '7319',
    )
    const literal = call.body!.fields.find(({ value }) => typeof value === 'string')!
    const fields = call.body!.fields.map((field) =>
      field === literal ? { ...field, value: { slot: 'csc' as const } } : field,
    )
    for (const moved of [
      { ...call, origin: 'https://elsewhere.example' },
      { ...call, path: `${call.path}?to=notes` },
      { ...call, body: { ...call.body!, fields } },
    ])
      expect(await path.vault.client.call('send', { collectionId, call: moved, last: false })).toEqual({
        kind: 'not-sent',
        because: 'policy',
      })
    await path.vault.client.call('discard', { collectionId })
  })
})

it('all that take a security code with a kept card are shown here; Stripe and the pay-connector standard take none', () => {
  expect(takesCode).toEqual(['adyen', 'checkout-com', 'cybersource', 'sandbox', 'worldpay'])
  const paying = connectorOf('stripe').authoriseStored!(
    storedCardRequest({ withCsc: true }),
    path.account('stripe'),
  )
  expect(paying).toMatchObject({ do: 'call', carriesCard: false })
  expect(connectorOf('pay-connector').authoriseStored).toBeUndefined()
})

describe.each(forgets)('%s, told over TLS to forget a card,', (id) => {
  const { keptCard } = fixtures[id]!
  const forget = (account: GatewayAccount) =>
    connectorOf(id).forget!(
      {
        cardToken: tokenOf(id, account),
        customerRef: keptCard!.customerRef ?? 'cus_kept1',
        ...{ ourReference, idempotencyKey },
      },
      account,
    )

  it('has forgotten it when it says so, or when it knows no such card', async () => {
    for (const does of ['deletes', 'knows-none'] as const)
      expect(await path.ask(id, forget, (call) => keptCard!.answer(call, does)), does).toMatchObject({
        kind: 'done',
      })
  })

  it('may still have it when it fails, or refuses', async () => {
    const answers = [() => answered(503, {}), () => answered(401, {})]
    for (const answer of answers) expect((await path.ask(id, forget, answer)).kind).toBe('unknown')
    const refused = await path.ask(id, forget, (call) => keptCard!.answer(call, 'refuses'))
    expect(refused.kind).toBe('unknown')
  })
})
