import { randomInt } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { passesLuhn } from '../../src/vault/card/luhn.ts'
import { type MemoryFindings, searchMemory } from '../support/memory-search.ts'
import { type CompiledCard, compileCard } from './support/compiled-card.ts'
import { keyed } from './support/digits.ts'
import { authorise } from './support/gateway-call.ts'
import { type Behaviour, jsonAnswer, startTestGateway, type TestGateway } from './support/test-gateway.ts'
import { VaultHarness } from './support/vault-harness.ts'

let compiled: CompiledCard
let dir: string
let gateway: TestGateway
let vault: VaultHarness

beforeAll(async () => {
  compiled = compileCard()
  dir = mkdtempSync(join(tmpdir(), 'tonewall-gateway-'))
  gateway = await startTestGateway(dir)
  const { origin, caFile } = gateway
  const gateways = [{ connector: 'sandbox', origin, caFile }]
  vault = await VaultHarness.start({ cardEntry: compiled.entry, gateways, warm: 1 })
})

afterAll(async () => {
  await vault?.stop()
  await gateway?.close()
  compiled?.remove()
  rmSync(dir, { recursive: true, force: true })
})

const none: MemoryFindings = { ascii: 0, utf16: 0, bytes: 0, int32: 0, int64: 0, float64: 0 }

/** A number of a published test range that nobody else has in memory. */
function markedCard(): string {
  const body = `424242${Array.from({ length: 9 }, () => randomInt(10)).join('')}`
  for (let check = 0; check < 10; check++) if (passesLuhn(keyed({ pan: body + check }))) return body + check
  throw new Error('one of ten check digits always fits')
}

/** The card process that holds the one open collection: the older of two. */
const holder = () => vault.cardPids()[0]!

const behaviours: [string, Behaviour][] = [
  ['answers', jsonAnswer({ id: 'auth_1' })],
  ['declines', jsonAnswer({ error: 'declined' }, '402 Payment Required')],
  ['breaks off', { do: 'reset-after-request' }],
  ['hangs', { do: 'hang' }],
]

describe.runIf(process.platform === 'linux' && process.getuid?.() === 0)('the memory of the vault', () => {
  it.each(behaviours)(
    'has one copy of the card, in the card process, and none elsewhere, when the gateway %s',
    async (_, behaviour) => {
      gateway.behaviour = behaviour
      const pan = markedCard()
      const { collectionId } = await vault.collect({ origin: gateway.origin }, `${pan}1239731`)
      const vaultPid = vault.child.pid!
      const cardPid = holder()
      for (const pid of [vaultPid, ...vault.nurseryPids()]) expect(searchMemory(pid, pan)).toEqual(none)
      // The positive control as well: the search sees the one copy that has to be there.
      expect(searchMemory(cardPid, pan)).toEqual({ ...none, ascii: 1 })
      const call = authorise(gateway.origin, { timeoutMs: 500 })
      await vault.client.call('send', { collectionId, call, last: false })
      expect(searchMemory(cardPid, pan)).toEqual({ ...none, ascii: 1 })
      expect(searchMemory(vaultPid, pan)).toEqual(none)
      await vault.client.call('send', { collectionId, call, last: true })
      await vault.event(collectionId, 'ended')
      for (const pid of [vaultPid, ...vault.nurseryPids()]) expect(searchMemory(pid, pan)).toEqual(none)
      expect(() => readFileSync(`/proc/${cardPid}/status`)).toThrow()
    },
  )

  it('of a card process has nothing left of what the caller cleared or got wrong', async () => {
    const pan = markedCard()
    const wrong = `5555550${pan.slice(7, 15)}0`
    const kept = passesLuhn(keyed({ pan: wrong })) ? `${wrong.slice(0, -1)}1` : wrong
    const { collectionId, sender } = await vault.open({ origin: gateway.origin })
    await sender.key(kept)
    await vault.event(collectionId, 'field-rejected')
    await sender.key(`${pan.slice(0, 12)}*`)
    await vault.event(collectionId, 'field-cleared')
    expect(searchMemory(holder(), kept)).toEqual(none)
    expect(searchMemory(holder(), pan.slice(0, 12))).toEqual(none)
    await vault.client.call('discard', { collectionId })
  })
})
