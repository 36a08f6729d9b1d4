import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CompiledCard, compileCard } from './support/compiled-card.ts'
import { authorise, card } from './support/gateway-call.ts'
import { jsonAnswer, startTestGateway, type TestGateway } from './support/test-gateway.ts'
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
  vault = await VaultHarness.start({
    cardEntry: compiled.entry,
    gateways: [{ connector: 'sandbox', origin, caFile }],
  })
})

afterAll(async () => {
  await vault?.stop()
  await gateway?.close()
  compiled?.remove()
  rmSync(dir, { recursive: true, force: true })
})

describe('a payment through the vault', () => {
  it('asks field by field, sends once over TLS, answers, and is gone before it says finished', async () => {
    gateway.behaviour = jsonAnswer(
      { id: 'auth_1', status: 'approved', echo: card.pan },
      '201 Created',
      'Request-Id: r1\r\nX-Secret: s\r\n',
    )
    const { collectionId, sender } = await vault.collect({ origin: gateway.origin })
    expect(vault.of(collectionId).at(-1)).toEqual({
      type: 'collected',
      collectionId,
      card: { brand: 'visa', last4: '4242', expiryMonth: 12, expiryYear: 2039 },
    })
    const reply = await vault.client.call('send', {
      collectionId,
      call: authorise(gateway.origin),
      last: true,
    })
    expect(reply).toEqual({
      kind: 'answered',
      status: 201,
      headers: { 'content-type': 'application/json', 'request-id': 'r1' },
      body: JSON.stringify({ id: 'auth_1', status: 'approved', echo: '*'.repeat(16) }),
    })
    expect(await vault.event(collectionId, 'ended')).toMatchObject({ why: 'finished' })
    await sender.closed
    const request = gateway.requests.at(-1)!
    expect(request).toContain('POST /v1/authorisations HTTP/1.1\r\nHost: localhost:')
    expect(request).toContain('\r\nAuthorization: Bearer test-key\r\n')
    expect(JSON.parse(request.slice(request.indexOf('\r\n\r\n') + 4))).toEqual({
      amount: 1050,
      card: { number: card.pan, expiryMonth: '12', expiryYear: '2039', csc: '731' },
    })
  })
})
