import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type CompiledCard, compileCard } from './support/compiled-card.ts'
import { DigitSender, frameOf } from './support/digit-sender.ts'
import { authorise, card } from './support/gateway-call.ts'
import { startTestGateway, type TestGateway } from './support/test-gateway.ts'
import { VaultHarness } from './support/vault-harness.ts'

let compiled: CompiledCard
let dir: string
let gateway: TestGateway
let vault: VaultHarness

beforeAll(async () => {
  compiled = compileCard()
  dir = mkdtempSync(join(tmpdir(), 'tonewall-gateway-'))
  gateway = await startTestGateway(dir)
})

beforeEach(async () => {
  const { origin, caFile } = gateway
  const gateways = [{ connector: 'sandbox', origin, caFile }]
  vault = await VaultHarness.start({ cardEntry: compiled.entry, gateways, maxCollections: 3 })
})

afterEach(() => vault.stop())

afterAll(async () => {
  await gateway?.close()
  compiled?.remove()
  rmSync(dir, { recursive: true, force: true })
})

const children = () => vault.cardPids()

async function within(limitMs: number, holds: () => boolean): Promise<void> {
  await vault.until(holds, limitMs)
}

const opened = () => vault.open({ origin: gateway.origin })

describe('a collection ends', () => {
  it('when it is discarded: the answer comes when its process is gone, in under a second', async () => {
    const { collectionId, sender } = await opened()
    await sender.key('42424242')
    const beganMs = performance.now()
    await vault.client.call('discard', { collectionId })
    const tookMs = performance.now() - beganMs
    console.log(`discard: ${tookMs.toFixed(0)} ms`)
    expect(tookMs).toBeLessThan(1_000)
    expect(vault.of(collectionId).at(-1)).toEqual({ type: 'ended', collectionId, why: 'discarded' })
    await sender.closed
    await vault.client.call('discard', { collectionId })
  })

  it('when the caller asks for it', async () => {
    const { collectionId, sender } = await opened()
    await sender.key('4242**')
    expect(await vault.event(collectionId, 'ended')).toMatchObject({ why: 'caller-cancelled' })
  })

  it('when nobody keys anything', async () => {
    const limits = { firstDigitMs: 1_000, betweenDigitsMs: 500, wholeMs: 5_000 }
    const silent = await vault.open({ origin: gateway.origin, limits })
    const stuck = await vault.open({ origin: gateway.origin, limits })
    await stuck.sender.key('42')
    expect(await vault.event(silent.collectionId, 'ended')).toMatchObject({ why: 'first-digit-timeout' })
    expect(await vault.event(stuck.collectionId, 'ended')).toMatchObject({ why: 'between-digits-timeout' })
  })

  it('with all others when control is lost, in-flight calls included, in under a second', async () => {
    gateway.behaviour = { do: 'hang' }
    const { collectionId, sender } = await vault.collect({ origin: gateway.origin })
    const count = gateway.requests.length
    vault.client.call('send', { collectionId, call: authorise(gateway.origin), last: true }).catch(() => {})
    await within(5_000, () => gateway.requests.length > count)
    await opened()
    // Two that hold a collection, and a warm one, which may stay.
    await within(5_000, () => children().length === 3)
    const before = children()
    vault.client.close()
    await within(1_000, () => before.filter(isAlive).length === 1)
    await sender.closed
  })

  it('tells what became of a call that was under way', async () => {
    gateway.behaviour = { do: 'hang' }
    const { collectionId } = await vault.collect({ origin: gateway.origin })
    const count = gateway.requests.length
    const reply = vault.client.call('send', { collectionId, call: authorise(gateway.origin), last: true })
    await within(5_000, () => gateway.requests.length > count)
    await vault.client.call('discard', { collectionId })
    expect(await reply).toEqual({ kind: 'no-answer', because: 'gone' })
  })

  it('when its process dies', async () => {
    const [pid] = children()
    const { collectionId } = await opened()
    process.kill(pid!, 'SIGKILL')
    expect(await vault.event(collectionId, 'ended')).toMatchObject({ why: 'card-process-died' })
  })

  it('when the nursery dies: every card process goes with it, and the next card has another one', async () => {
    const { collectionId } = await opened()
    await within(5_000, () => children().length === 2)
    const [nursery] = vault.nurseryPids()
    const all = children()
    process.kill(nursery!, 'SIGKILL')
    expect(await vault.event(collectionId, 'ended')).toMatchObject({ why: 'card-process-died' })
    await within(1_000, () => all.every((pid) => !isAlive(pid)))
    const next = await vault.collect({ origin: gateway.origin })
    await vault.client.call('discard', { collectionId: next.collectionId })
    expect(vault.nurseryPids()).not.toContain(nursery)
  })

  it('with the vault: nothing survives it', async () => {
    await opened()
    await within(5_000, () => children().length === 2)
    const all = [...children(), ...vault.nurseryPids()]
    vault.child.kill('SIGKILL')
    await vault.exited
    await within(1_000, () => all.every((pid) => !isAlive(pid)))
  })
})

describe('the digits of a collection', () => {
  it('come in on a socket that only this user may open', async () => {
    const { opened: collection } = await opened()
    expect(statSync(vault.runDir).mode & 0o777).toBe(0o700)
    expect(statSync(collection.digitsPath).mode & 0o007).toBe(0)
  })

  it('are answered with their number, and counted once when they are sent again', async () => {
    const { collectionId, opened: collection, sender } = await opened()
    await sender.key('424')
    sender.close()
    const again = await DigitSender.connect(collection)
    await again.key('4242')
    expect([sender.acks, again.acks]).toEqual([
      [0, 1, 2],
      [0, 1, 2, 3],
    ])
    await vault.until(() => vault.of(collectionId).length >= 6)
    expect(vault.of(collectionId).map((event) => ('length' in event ? event.length : event.type))).toEqual([
      'deadline-moved',
      'field-asked',
      1,
      2,
      3,
      4,
    ])
  })

  it.each<[string, (ticket: Buffer) => Buffer]>([
    ['a wrong ticket', (ticket) => frameOf(0x34, 0, Buffer.from(ticket.map((byte) => byte ^ 1)))],
    ['a key that no card has', (ticket) => frameOf(0x41, 0, ticket)],
    ['a gap in the numbers', (ticket) => frameOf(0x34, 1, ticket)],
    ['another mark', (ticket) => frameOf(0x34, 0, ticket).fill(0x55, 0, 1)],
    ['something in the reserved bytes', (ticket) => frameOf(0x34, 0, ticket).fill(1, 47, 48)],
  ])('are refused, and the connection closed, with %s', async (_what, make) => {
    const { opened: collection, sender } = await opened()
    const intruder = await DigitSender.connect(collection)
    await intruder.frame(make(Buffer.from(collection.ticket, 'base64url')))
    await intruder.closed
    expect(intruder.acks).toEqual([])
    if (_what === 'a wrong ticket') expect(sender.acks).toEqual([])
  })

  it('go on when a stranger without the ticket comes', async () => {
    const { opened: collection, sender } = await opened()
    await sender.key('42')
    const intruder = await DigitSender.connect(collection)
    await intruder.frame(frameOf(0x34, 0, Buffer.alloc(32)))
    await intruder.closed
    await sender.key('4')
    expect(sender.acks).toEqual([0, 1, 2])
  })

  it('end when the card is complete, and the socket is gone', async () => {
    const { opened: collection, sender } = await vault.collect({ origin: gateway.origin })
    await sender.closed
    await expect(DigitSender.connect(collection)).rejects.toThrow()
  })
})

describe('the vault refuses', () => {
  it('a gateway that its own configuration does not list', async () => {
    await expect(vault.open({ origin: 'https://evil.example' })).rejects.toMatchObject({
      code: 'GATEWAY_NOT_ALLOWED',
    })
  })

  it('fields that make no card', async () => {
    const { origin } = gateway
    await expect(vault.open({ origin, fields: ['csc'] })).rejects.toMatchObject({
      code: 'FIELDS_NOT_COLLECTABLE',
    })
  })

  it('to send what is not complete, and to change what is', async () => {
    const { collectionId, sender } = await opened()
    const call = authorise(gateway.origin)
    const early = await vault.client.call('send', { collectionId, call, last: true })
    expect(early).toEqual({ kind: 'not-sent', because: 'policy' })
    await sender.key(card.keys)
    await vault.event(collectionId, 'collected')
    const late = vault.client.call('clear-field', { collectionId, field: 'csc' })
    await expect(late).rejects.toMatchObject({ code: 'COLLECTION_NOT_AT_THAT' })
  })

  it('more collections than it was told to hold, and one twice', async () => {
    const first = await opened()
    await opened()
    const { collectionId } = first
    const twice = vault.open({ origin: gateway.origin, collectionId })
    await expect(twice).rejects.toMatchObject({ code: 'COLLECTION_EXISTS' })
    await opened()
    await expect(opened()).rejects.toMatchObject({ code: 'VAULT_FULL' })
    expect((await vault.client.call('list', {})).collectionIds).toHaveLength(3)
  })
})

describe('the time that is left', () => {
  it('is told when the collection opens, and again when the agent extends it', async () => {
    const { collectionId } = await opened()
    const deadlines = () =>
      vault.of(collectionId).flatMap((event) => (event.type === 'deadline-moved' ? [event.deadlineAt] : []))
    await vault.until(() => deadlines().length === 1)
    await vault.client.call('extend', { collectionId, byMs: 20_000 })
    await vault.until(() => deadlines().length === 2)
    const [first = 0, second = 0] = deadlines()
    // Both are the same moment of the monotonic clock, told by a wall clock that may have been corrected in between.
    expect(Math.abs(second - first - 20_000)).toBeLessThan(1_000)
  })
})

function isAlive(pid: number): boolean {
  try {
    // A zombie whose parent is dead is nobody's process any more.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'))
  } catch {
    return false
  }
}
