import { createHash, createHmac, randomInt } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import https from 'node:https'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { VaultEvent } from '../../src/contracts/vault-port.ts'
import { passesLuhn } from '../../src/vault/card/luhn.ts'
import { type MemoryFindings, searchMemory } from '../support/memory-search.ts'
import { type CompiledCard, compileCard } from './support/compiled-card.ts'
import { keyed } from './support/digits.ts'
import { authorise } from './support/gateway-call.ts'
import { makeCertificates, startTestGateway, type TestGateway } from './support/test-gateway.ts'
import { VaultHarness } from './support/vault-harness.ts'

const password = 'a-password-for-the-door'
const signingToken = 'signing-token-for-tests'
const publicOrigin = 'https://cards.example.com'
const none: MemoryFindings = { ascii: 0, utf16: 0, bytes: 0, int32: 0, int64: 0, float64: 0 }
const canSearch = process.platform === 'linux' && process.getuid?.() === 0

let compiled: CompiledCard
let dir: string
let gateway: TestGateway
let vault: VaultHarness
let port: number
let ca: string

beforeAll(async () => {
  compiled = compileCard()
  dir = mkdtempSync(join(tmpdir(), 'tonewall-door-'))
  gateway = await startTestGateway(dir)
  const { origin, caFile } = gateway
  const certificates = await makeCertificates('localhost')
  ca = certificates.ca
  const [certificateFile, keyFile] = [join(dir, 'door.pem'), join(dir, 'door.key')]
  writeFileSync(certificateFile, certificates.certificate)
  writeFileSync(keyFile, certificates.key)
  port = await freePort()
  const door = { username: 'provider', password, signing: null, connector: 'sandbox', origin }
  vault = await VaultHarness.start({
    cardEntry: compiled.entry,
    gateways: [{ connector: 'sandbox', origin, caFile }],
    warm: 1,
    payDoor: {
      ...{ listen: { host: '127.0.0.1', port }, certificateFile, keyFile, warm: 1, mostAtOnce: 4 },
      entry: compiled.entry.replace(/card\.cjs$/, 'door.cjs'),
      doors: [
        { ...door, id: 'open', path: '/pay/open' },
        { ...door, id: 'signed', path: '/pay/signed', signing: { token: signingToken, publicOrigin } },
      ],
    },
  })
})

afterAll(async () => {
  await vault?.stop()
  await gateway?.close()
  compiled?.remove()
  rmSync(dir, { recursive: true, force: true })
})

async function freePort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port: free } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return free
}

/** A number of a published test range that nobody else has in memory. */
function markedCard(): string {
  const body = `424242${Array.from({ length: 9 }, () => randomInt(10)).join('')}`
  for (let check = 0; check < 10; check++) if (passesLuhn(keyed({ pan: body + check }))) return body + check
  throw new Error('one of ten check digits always fits')
}

let transactions = 0
const request = (cardnumber: string, changes: object = {}) => ({
  ...{ method: 'charge', transaction_id: `IP${++transactions}`, cardnumber, cvv: '731' },
  ...{ expiry_month: '12', expiry_year: '39', postal_code: '90210', amount: '10.50', currency_code: 'USD' },
  ...{ description: 'order', parameters: { reference: 'INV-7' } },
  ...changes,
})

type Answered = { readonly status: number; readonly body: string }
type Posting = { path?: string; headers?: Record<string, string>; user?: string; method?: string }

function post(
  body: string,
  { path = '/pay/open', headers = {}, user = `provider:${password}`, method = 'POST' }: Posting = {},
): Promise<Answered> {
  const authorization = `Basic ${Buffer.from(user).toString('base64')}`
  const length = { 'content-length': String(Buffer.byteLength(body)) }
  return new Promise((resolve, reject) => {
    const sent = https.request(
      {
        ...{ host: '127.0.0.1', port, servername: 'localhost', ca, method, path, agent: false },
        headers: { 'content-type': 'application/json', authorization, ...length, ...headers },
      },
      (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString('utf8')
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }))
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

type Posted = Extract<VaultEvent, { type: 'card-posted' }>

/** The event about this transaction. */
async function heard(transactionId: string): Promise<Posted> {
  const find = () =>
    vault.events.find(
      (event) => event.type === 'card-posted' && event.request.transactionId === transactionId,
    )
  await vault.until(() => find() !== undefined)
  return find() as Posted
}

const children = () => vault.cardPids()

const answerTo = (transactionId: string) => ({
  ...{ transaction_id: transactionId, charge_id: 'pay_1', token_id: null },
  ...{ error_code: null, error_message: null },
})

describe('a card that a voice provider posts', () => {
  it('goes to the gateway by the prepared request, and stands nowhere but in the one process that holds it', async () => {
    const pan = markedCard()
    const body = request(pan, { description: `call about ${pan}` })
    const answered = post(JSON.stringify(body))
    const { collectionId, card, request: told, door } = await heard(body.transaction_id)
    expect({ door, card }).toEqual({
      door: 'open',
      card: { brand: 'visa', last4: pan.slice(-4), expiryMonth: 12, expiryYear: 2039 },
    })
    expect(told).toMatchObject({ method: 'charge', amount: '10.50', reference: 'INV-7' })
    expect(told.description).toBe(`call about ${'*'.repeat(16)}`)
    expect(JSON.stringify(vault.events)).not.toContain(pan)
    const before = gateway.requests.length
    const call = authorise(gateway.origin)
    const reply = await vault.client.call('send', { collectionId, call, last: false })
    expect(reply).toMatchObject({ kind: 'answered', status: 200 })
    expect(gateway.requests.slice(before).filter((text) => text.includes(pan))).toHaveLength(1)
    if (canSearch) {
      const found = children().map((pid) => searchMemory(pid, pan))
      expect(found.sort((a, b) => b.ascii - a.ascii)[0]).toEqual({ ...none, ascii: 1 })
      for (const other of [...found.slice(1), searchMemory(vault.child.pid!, pan)])
        expect(other).toEqual(none)
    }
    await vault.client.call('answer-posted', { collectionId, answer: answerTo(body.transaction_id) })
    const { status, body: text } = await answered
    expect([status, JSON.parse(text)]).toEqual([200, answerTo(body.transaction_id)])
    await vault.event(collectionId, 'ended')
    if (canSearch)
      for (const pid of [...children(), vault.child.pid!]) expect(searchMemory(pid, pan)).toEqual(none)
  })

  it('is refused before a digit is filled in when control moves it to another field or another host', async () => {
    const body = request(markedCard())
    const answered = post(JSON.stringify(body)).catch(() => 'closed')
    const { collectionId } = await heard(body.transaction_id)
    const call = authorise(gateway.origin)
    const moved = [{ path: ['description'], value: { slot: 'pan' as const } }]
    for (const wrong of [
      { ...call, origin: 'https://elsewhere.example' },
      { ...call, body: { encoding: 'json' as const, fields: moved } },
    ]) {
      const reply = await vault.client.call('send', { collectionId, call: wrong, last: false })
      expect(reply).toEqual({ kind: 'not-sent', because: 'policy' })
    }
    await vault.client.call('discard', { collectionId })
    expect(await answered).toBe('closed')
  })

  it.each([
    ['a wrong digit', { cardnumber: '4242424242424241' }, { field: 'pan', fault: 'luhn' }],
    ['no number', { cardnumber: '' }, { field: 'pan', fault: 'too-short' }],
    ['an old date', { expiry_year: '20' }, { field: 'expiry', fault: 'expired' }],
    ['no code', { cvv: undefined }, { field: 'csc', fault: 'too-short' }],
  ])('is not kept with %s', async (_what, changes, fault) => {
    const body = request(markedCard(), changes)
    const answered = post(JSON.stringify(body))
    const posted = await heard(body.transaction_id)
    expect(posted).toMatchObject({ card: null, fault })
    const { collectionId } = posted
    const reply = await vault.client.call('send', {
      collectionId,
      call: authorise(gateway.origin),
      last: true,
    })
    expect(reply).toEqual({ kind: 'not-sent', because: 'policy' })
    const answer = { ...answerTo(body.transaction_id), charge_id: null, error_code: 'invalid_card_number' }
    await vault.client.call('answer-posted', { collectionId, answer })
    expect(JSON.parse((await answered).body)).toMatchObject({ error_code: 'invalid_card_number' })
  })
})

describe('the pay door', () => {
  const text = () => JSON.stringify(request(markedCard()))

  it.each<[string, Posting, number]>([
    ['without the password', { user: 'provider:wrong' }, 401],
    ['at another path', { path: '/pay/none' }, 404],
    ['with another method', { method: 'PUT' }, 405],
    ['in chunks', { headers: { 'transfer-encoding': 'chunked' } }, 411],
    ['as a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415],
    ['unsigned where a signature is wanted', { path: '/pay/signed' }, 403],
  ])('tells control nothing of a card that comes %s', async (_what, posting, status) => {
    const told = () => vault.events.filter(({ type }) => type === 'card-posted').length
    const before = told()
    expect(await post(text(), posting)).toEqual({ status, body: '' })
    expect(told()).toBe(before)
  })

  it('refuses what is no request of the standard, or larger than any', async () => {
    expect((await post('{"cardnumber":"4242424242424242"')).status).toBe(400)
    expect((await post('{"method":"charge"}')).status).toBe(400)
    expect((await post(' '.repeat(20_000))).status).toBe(413)
  })

  it('takes what the provider signed: the address with the digest of the body', async () => {
    const body = request(markedCard())
    const bytes = JSON.stringify(body)
    const sign = (digestOf: string) => {
      const path = `/pay/signed?bodySHA256=${createHash('sha256').update(digestOf).digest('hex')}`
      const mac = createHmac('sha1', signingToken).update(`${publicOrigin}${path}`).digest('base64')
      return { path, headers: { 'x-twilio-signature': mac } }
    }
    expect((await post(bytes, sign(`${bytes} `))).status).toBe(403)
    const answered = post(bytes, sign(bytes))
    const { collectionId, door } = await heard(body.transaction_id)
    expect(door).toBe('signed')
    await vault.client.call('answer-posted', { collectionId, answer: answerTo(body.transaction_id) })
    expect((await answered).status).toBe(200)
  })

  it('goes on with a card whose provider has hung up, and leaves no process behind', async () => {
    const body = request(markedCard())
    const socket = net.connect(port, '127.0.0.1')
    socket.on('error', () => {})
    // Nothing but a connection: it takes one of the door's places, and is given back.
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
    socket.destroy()
    const hung = https.request({
      ...{ host: '127.0.0.1', port, servername: 'localhost', ca, method: 'POST', path: '/pay/open' },
      headers: {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(JSON.stringify(body))),
        authorization: `Basic ${Buffer.from(`provider:${password}`).toString('base64')}`,
      },
    })
    hung.on('error', () => {})
    hung.end(JSON.stringify(body))
    const { collectionId } = await heard(body.transaction_id)
    hung.destroy()
    const call = authorise(gateway.origin)
    const reply = await vault.client.call('send', { collectionId, call, last: true })
    expect(reply).toMatchObject({ kind: 'answered' })
    await vault.client.call('answer-posted', { collectionId, answer: answerTo(body.transaction_id) })
    await vault.event(collectionId, 'ended')
  })
})
