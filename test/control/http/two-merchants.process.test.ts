import { createHmac, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { silentLog } from '../../../src/base/log.ts'
import { ControlConfig } from '../../../src/contracts/process-config/control-config.ts'
import { type RunningControl, startControl } from '../../../src/control/start-control.ts'
import { controlConfig, type Neighbours, neighbours, apiKey as ours } from './control-neighbours.ts'

const theirs = `tw_test_${'q'.repeat(32)}`
const number = '+441632960001'
const authToken = 'twilio token of the test'
const publicUrl = 'https://pay.test'

let folder: string
let control: RunningControl
let beside: Neighbours
let provider: http.Server
let callId: string
let paymentId: string

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'tonewall-two-'))
  provider = http.createServer((_request, response) =>
    response.writeHead(201, { 'content-type': 'application/json' }).end('{"sid":"CAagent"}'),
  )
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
  beside = await neighbours(folder)
  const base = controlConfig({ folder, port: 0 })
  const [first] = base.merchants
  if (!first) throw new Error('no merchant')
  const second = {
    ...first,
    id: 'mer_other',
    agents: [],
    apiKeys: [{ name: 'k', key: theirs }],
  }
  const config = ControlConfig.parse({
    ...base,
    publicUrl,
    merchants: [first, second],
    twilio: {
      ...base.twilio,
      authToken,
      apiOrigin: `http://127.0.0.1:${(provider.address() as AddressInfo).port}`,
      numbers: [{ number, merchantId: first.id, agentAddress: 'client:agent' }],
    },
  })
  control = await startControl(config, { log: silentLog })
  await until(async () => (await ask('GET', '/readyz', ours)).status === 200)
  callId = await liveCall()
  const made = await ask('POST', '/v1/payments', ours, newPayment())
  expect(made.status).toBe(201)
  paymentId = made.body.id
})
afterAll(async () => {
  await control.stop(1_000)
  await Promise.all(beside.servers.map((server) => server.close()))
  provider.closeAllConnections()
  provider.close()
  rmSync(folder, { recursive: true, force: true })
})

const newPayment = () => ({ callId, amountMinor: 1050, currency: 'GBP', reference: 'INV-1' })

const until = (condition: () => Promise<boolean>) =>
  vi.waitFor(async () => expect(await condition()).toBe(true), { timeout: 5_000, interval: 20 })

async function ask(method: string, url: string, key: string, body?: unknown) {
  const response = await fetch(`http://127.0.0.1:${control.port}${url}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(method === 'POST' ? { 'idempotency-key': randomUUID(), 'content-type': 'application/json' } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? null : JSON.parse(text) }
}

/** A caller rings over Twilio's webhook, and the bridge sees both streams join. */
async function liveCall(): Promise<string> {
  const url = '/v1/telephony/twilio/voice'
  const form = { CallSid: 'CAcaller', From: '+441632960099', To: number }
  const text = Object.entries(form).reduce((all, [name, value]) => all + name + value, publicUrl + url)
  const response = await fetch(`http://127.0.0.1:${control.port}${url}`, {
    method: 'POST',
    headers: { 'x-twilio-signature': createHmac('sha1', authToken).update(text).digest('base64') },
    body: new URLSearchParams(form),
  })
  const id = /name="callId" value="(call_\w+)"/.exec(await response.text())?.[1] ?? 'no call'
  for (const role of ['caller', 'agent'] as const) {
    beside.say({ type: 'leg-joined', callId: id, role, streamSid: `MZ${role}`, masked: false })
  }
  await until(async () => (await ask('GET', `/v1/calls/${id}`, ours)).body.status === 'live')
  return id
}

describe('a second merchant with a valid key', () => {
  it('cannot take a payment on the first one’s call', async () => {
    expect(await ask('POST', '/v1/payments', theirs, newPayment())).toMatchObject({
      status: 404,
      body: { code: 'CALL_NOT_FOUND' },
    })
  })

  it.each(['arm', 'clear-field', 'another-card', 'extend', 'confirm', 'cancel'])(
    'cannot %s the first one’s payment',
    async (order) => {
      const body = order === 'clear-field' ? { field: 'pan' } : {}
      expect(await ask('POST', `/v1/payments/${paymentId}/${order}`, theirs, body)).toMatchObject({
        status: 404,
        body: { code: 'PAYMENT_NOT_FOUND' },
      })
    },
  )

  it('reads none of the first one’s payments and endpoints, by name or by list', async () => {
    const endpoint = await ask('POST', '/v1/webhook-endpoints', ours, { url: 'https://ours.example/hook' })
    expect(endpoint.status).toBe(201)
    expect((await ask('GET', `/v1/payments/${paymentId}`, theirs)).status).toBe(404)
    expect((await ask('DELETE', `/v1/webhook-endpoints/${endpoint.body.id}`, theirs)).status).toBe(404)
    for (const url of [
      '/v1/payments',
      `/v1/payments?callId=${callId}`,
      '/v1/calls',
      '/v1/webhook-endpoints',
    ]) {
      expect((await ask('GET', url, theirs)).body.data, url).toEqual([])
    }
    expect((await ask('GET', `/v1/payments?callId=${callId}`, ours)).body.data).toHaveLength(1)
    expect((await ask('DELETE', `/v1/webhook-endpoints/${endpoint.body.id}`, ours)).status).toBe(204)
  })

  it('has changed nothing by trying', async () => {
    expect((await ask('GET', `/v1/payments/${paymentId}`, ours)).body).toMatchObject({
      id: paymentId,
      status: 'created',
    })
  })
})
