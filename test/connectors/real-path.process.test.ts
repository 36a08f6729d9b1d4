import { createHash, createHmac, randomInt } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GatewayAccount } from '../../src/connectors/connector.ts'
import { connectorOf } from '../../src/connectors/registry.ts'
import { passesLuhn } from '../../src/vault/card/luhn.ts'
import type { Scenario } from '../conformance/fixture.ts'
import { fixtures } from '../conformance/fixtures.ts'
import { authoriseRequest, followUpRequest } from '../conformance/play.ts'
import { type MemoryFindings, searchMemory } from '../support/memory-search.ts'
import { keyed } from '../vault/support/digits.ts'
import type { Behaviour } from '../vault/support/test-gateway.ts'
import { connectorIds, RealPath } from './support/real-path.ts'

const request = authoriseRequest({ withPostcode: false })
const { money, ourReference } = request
const approve: Scenario = { do: 'approve', money, ourReference, captured: true }
const none: MemoryFindings = { ascii: 0, utf16: 0, bytes: 0, int32: 0, int64: 0, float64: 0 }

/** A number of a published test range that nobody else has in memory. */
function markedCard(): string {
  const body = `424242${Array.from({ length: 9 }, () => randomInt(10)).join('')}`
  for (let check = 0; check < 10; check++) if (passesLuhn(keyed({ pan: body + check }))) return body + check
  throw new Error('one of ten check digits always fits')
}

const authorise = (id: string) => (account: GatewayAccount) => connectorOf(id).authorise(request, account)
const inquire = (id: string) => (account: GatewayAccount) =>
  connectorOf(id).inquire({ ourReference, money }, account)

let path: RealPath
beforeAll(async () => {
  path = await RealPath.start()
})
afterAll(() => path?.stop())

/** What every card process has of a number: the one that holds it, and those that wait. */
function inCardProcesses(pan: string): MemoryFindings[] {
  const pids = path.vault.cardPids()
  return pids.map((child) => searchMemory(child, pan)).sort((x, y) => y.ascii - x.ascii)
}

const canSearch = process.platform === 'linux' && process.getuid?.() === 0

describe.each(connectorIds)('%s, from the vault through the gate and a card process over TLS,', (id) => {
  it('approves a card that stands in one request only, and leaves no copy of it behind', async () => {
    const pan = markedCard()
    const held: MemoryFindings[][] = []
    const paid = await path.pay({
      connectorId: id,
      scenario: approve,
      open: authorise(id),
      keys: `${pan}1239731`,
      whileHeld: () => {
        if (canSearch) held.push(inCardProcesses(pan))
      },
    })
    expect(paid.outcome).toMatchObject({ kind: 'approved', echoed: money })
    expect(paid.requests.filter((text) => text.includes(pan))).toHaveLength(1)
    // One copy in the buffer that is still held, as the positive control; none of what was sent.
    if (!canSearch) return
    expect(held).toHaveLength(1)
    const [holder, ...others] = held[0]!
    expect(holder).toEqual({ ...none, ascii: 1 })
    for (const other of [...others, ...inCardProcesses(pan), searchMemory(path.vault.child.pid!, pan)])
      expect(other).toEqual(none)
  })

  it('declines in the words of the catalogue', async () => {
    const gatewayCode = fixtures[id]!.declineCodes['insufficient-funds']!
    const scenario: Scenario = { do: 'decline', gatewayCode, money, ourReference }
    const { outcome } = await path.pay({
      connectorId: id,
      scenario,
      open: authorise(id),
      keys: `${markedCard()}1239731`,
    })
    expect(outcome).toMatchObject({ kind: 'declined', reason: 'insufficient-funds', gatewayCode })
  })

  it.each<[string, Behaviour]>([
    ['hangs', { do: 'hang' }],
    ['breaks off', { do: 'reset-after-request' }],
    ['answers 500', { do: 'answer', bytes: 'HTTP/1.1 500 X\r\nContent-Length: 2\r\n\r\n{}' }],
    ['is cut short', { do: 'answer', bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"id":' }],
    [
      'sends elsewhere',
      {
        do: 'answer',
        bytes: 'HTTP/1.1 307 X\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\n\r\n',
      },
    ],
  ])('calls no charge failed that may have been made when the gateway %s', async (_what, fault) => {
    const { outcome, requests } = await path.pay({
      connectorId: id,
      scenario: approve,
      open: authorise(id),
      keys: `${markedCard()}1239731`,
      fault,
    })
    expect(requests).toHaveLength(1)
    // Stripe's first call charges nothing, whatever becomes of it; everybody else's may have.
    expect(outcome.kind).toBe(id === 'stripe' ? 'not-sent' : 'unknown')
    const asked = await path.ask(id, inquire(id), approve)
    const { lookupBy } = connectorOf(id).facts
    const cannotBeAsked = lookupBy === 'webhook' || lookupBy === 'nothing'
    expect(asked.kind).toBe(cannotBeAsked ? 'unknown' : 'approved')
  })

  it('refunds without a card process', async () => {
    const { gatewayRef } = fixtures[id]!
    const scenario: Scenario = { do: 'accept', gatewayRef: followUpRequest(gatewayRef).gatewayRef, money }
    const outcome = await path.ask(
      id,
      (account) => connectorOf(id).refund(followUpRequest(gatewayRef), account),
      scenario,
    )
    expect(outcome.kind).toBe(connectorOf(id).facts.followUps === false ? 'declined' : 'done')
  })

  it('is refused before a digit is filled in when the card is moved to another field or another host', async () => {
    const account = path.account(id)
    const move = connectorOf(id).authorise(request, account)
    if (move.do === 'end') throw new Error('nothing to send')
    const { collectionId } = await path.vault.collect(
      { origin: account.origin, connector: id },
      `${markedCard()}1239731`,
    )
    const literal = move.call.body!.fields.find(({ value }) => typeof value === 'string')!
    const moved = move.call.body!.fields.map((field) =>
      field === literal ? { ...field, value: { slot: 'pan' as const } } : field,
    )
    for (const call of [
      { ...move.call, origin: 'https://elsewhere.example' },
      { ...move.call, path: `${move.call.path}?to=notes` },
      { ...move.call, body: { ...move.call.body!, fields: moved } },
    ]) {
      const reply = await path.vault.client.call('send', { collectionId, call, last: false })
      expect(reply).toEqual({ kind: 'not-sent', because: 'policy' })
    }
    await path.vault.client.call('discard', { collectionId })
  })
})

describe('the signature of CyberSource', () => {
  it('is over the card that only the card process has, and fits what arrived', async () => {
    const pan = markedCard()
    const keys = `${pan}1239731`
    const paid = await path.pay({
      connectorId: 'cybersource',
      scenario: approve,
      open: authorise('cybersource'),
      keys,
    })
    const [head, body] = paid.requests[0]!.split('\r\n\r\n') as [string, string]
    const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim()
    const digest = createHash('sha256').update(Buffer.from(body, 'latin1')).digest('base64')
    expect(header('digest')).toBe(`SHA-256=${digest}`)
    const message = [
      `host: ${header('host')}`,
      `date: ${header('date')}`,
      'request-target: post /pts/v2/payments',
      `digest: SHA-256=${digest}`,
      `v-c-merchant-id: ${header('v-c-merchant-id')}`,
    ].join('\n')
    const key = Buffer.from(fixtures.cybersource!.account.apiKey, 'base64')
    const signature = createHmac('sha256', key).update(message).digest('base64')
    expect(header('signature')).toContain(`signature="${signature}"`)
  })
})
