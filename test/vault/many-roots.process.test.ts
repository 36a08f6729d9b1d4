import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { rootCertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { searchMemory } from '../support/memory-search.ts'
import { type CompiledCard, compileCard } from './support/compiled-card.ts'
import { authorise } from './support/gateway-call.ts'
import { makeCertificates, startTestGateway, type TestGateway } from './support/test-gateway.ts'
import { VaultHarness } from './support/vault-harness.ts'

/** Of a merchant who names no CA: every root counts, and the gateway may go to another one when it likes. */
let dir: string
let compiled: CompiledCard
let gateway: TestGateway
let vault: VaultHarness
const certificates: Awaited<ReturnType<typeof makeCertificates>>[] = []

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'tonewall-roots-'))
  compiled = compileCard()
  gateway = await startTestGateway(dir)
  for (const ca of ['First CA', 'Second CA', 'A stranger'])
    certificates.push(await makeCertificates('localhost', ca))
  gateway.present(certificates[0]!)
  const caFile = path.join(dir, 'roots.pem')
  writeFileSync(caFile, [...certificates.slice(0, 2).map(({ ca }) => ca), ...rootCertificates].join('\n'))
  const gateways = [{ connector: 'sandbox', origin: gateway.origin, caFile }]
  vault = await VaultHarness.start({ cardEntry: compiled.entry, gateways, warm: 1 })
})
afterAll(async () => {
  await vault?.stop()
  await gateway?.close()
  compiled?.remove()
  rmSync(dir, { recursive: true, force: true })
})

const canSearch = process.platform === 'linux' && process.getuid?.() === 0

async function pay() {
  const { collectionId } = await vault.collect({ origin: gateway.origin })
  const before = { requests: gateway.requests.length, connections: gateway.connections }
  const reply = await vault.client.call('send', {
    collectionId,
    call: authorise(gateway.origin),
    last: false,
  })
  const inMemory = canSearch ? vault.cardPids().map((pid) => searchMemory(pid, '4242424242424242')) : []
  await vault.client.call('discard', { collectionId })
  const copies = inMemory.reduce((sum, one) => sum + Object.values(one).reduce((a, b) => a + b, 0), 0)
  return {
    reply,
    copies,
    requests: gateway.requests.length - before.requests,
    connections: gateway.connections - before.connections,
  }
}

describe('a gateway whose certificate may rest on any of many roots', () => {
  it('is paid with all of them at first, and with the one that was enough then', async () => {
    for (let times = 0; times < 3; times++) {
      const { reply, requests, connections, copies } = await pay()
      expect(reply).toMatchObject({ kind: 'answered', status: 200 })
      expect([connections, requests]).toEqual([1, 1])
      if (canSearch) expect(copies).toBe(1)
    }
  })

  it('is paid, once, when it has gone over to another of them', async () => {
    gateway.present(certificates[1]!)
    // The one that was enough is not: nothing is sent there, and all are trusted again. Both are known from then on.
    for (const expected of [2, 1]) {
      const { reply, requests, connections, copies } = await pay()
      expect(reply).toMatchObject({ kind: 'answered', status: 200 })
      expect([connections, requests]).toEqual([expected, 1])
      // In the buffer that is still held, and nowhere from the try that was not believed.
      if (canSearch) expect(copies).toBe(1)
    }
  })

  it('is sent nothing when it rests on none of them', async () => {
    gateway.present(certificates[2]!)
    const { reply, requests } = await pay()
    expect(reply).toEqual({ kind: 'not-sent', because: 'tls' })
    expect(requests).toBe(0)
  })
})
