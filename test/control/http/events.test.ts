import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DeskEvent } from '../../../src/contracts/desk-port.ts'
import { ask, type Harness, harness, liveCall, ours, theirs } from './control-harness.ts'

let control: Harness
let port: number
const open: http.ClientRequest[] = []

beforeEach(async () => {
  control = await harness()
  await control.server.app.listen({ host: '127.0.0.1', port: 0 })
  port = (control.server.app.server.address() as AddressInfo).port
})
afterEach(async () => {
  for (const request of open.splice(0)) request.destroy()
  await control.close()
})

type Received = { readonly id: string | undefined; readonly name: string; readonly event: DeskEvent }

/** A reader of the stream over a real socket. */
class Reader {
  readonly events: Received[] = []
  comments = 0
  ended = false
  status = 0
  response: http.IncomingMessage | undefined
  readonly #request: http.ClientRequest

  constructor(headers: Record<string, string>) {
    this.#request = http.get(
      { host: '127.0.0.1', port, path: '/v1/events', headers, agent: false },
      (response) => {
        this.response = response
        this.status = response.statusCode ?? 0
        response.setEncoding('utf8')
        let held = ''
        response.on('data', (chunk: string) => {
          const blocks = (held + chunk).split('\n\n')
          held = blocks.pop() ?? ''
          for (const block of blocks) this.#read(block)
        })
        response.on('close', () => (this.ended = true))
      },
    )
    this.#request.on('error', () => (this.ended = true))
    open.push(this.#request)
  }

  close(): void {
    this.#request.destroy()
  }

  #read(block: string): void {
    const fields = Object.fromEntries(
      block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    ) as Record<string, string>
    if (fields.data === undefined) this.comments += 1
    else
      this.events.push({
        id: fields.id,
        name: fields.event ?? '',
        event: DeskEvent.parse(JSON.parse(fields.data)),
      })
  }
}

async function read(lastId?: string, key = ours.key): Promise<Reader> {
  const reader = new Reader({
    authorization: `Bearer ${key}`,
    ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
  })
  await expect.poll(() => reader.status).toBe(200)
  return reader
}

const until = (condition: () => boolean) => expect.poll(condition, { interval: 5, timeout: 5_000 }).toBe(true)
const names = (reader: Reader) => reader.events.map(({ name }) => name)

describe('the events of GET /v1/events', () => {
  it('begin with everything as it is now', async () => {
    const callId = await liveCall(control)
    const body = { callId, amountMinor: 100, currency: 'GBP', reference: 'R' }
    await ask(control, { method: 'POST', url: '/v1/payments', body })
    const reader = await read()
    await until(() => reader.events.length >= 4)
    expect(names(reader)).toEqual(['reset', 'call', 'payment', 'platform'])
    expect(reader.events[1]?.event).toMatchObject({ call: { id: callId, status: 'live' } })
    expect(reader.events[3]?.event).toEqual({ type: 'platform', vault: 'up', bridge: 'up' })
    expect(reader.events.map(({ id }) => id !== undefined)).toEqual([false, false, false, true])
    expect(reader.response?.headers['content-type']).toContain('text/event-stream')
    expect(reader.response?.headers['x-content-type-options']).toBe('nosniff')
  })

  it('go on where a reader was cut off, with no reset and nothing lost', async () => {
    const first = await read()
    await until(() => first.events.length >= 2)
    const lastId = first.events.at(-1)?.id
    first.close()
    const callId = await liveCall(control)
    const again = await read(lastId)
    await until(() => again.events.length >= 3)
    control.calls.setMasked(callId, true)
    await until(() => again.events.length >= 4)
    expect(names(again)).toEqual(['call', 'call', 'call', 'call'])
    expect(again.events.map(({ event }) => event.type === 'call' && event.call.status)).toEqual([
      'ringing',
      'ringing',
      'live',
      'live',
    ])
    expect(again.events.at(-1)?.event).toMatchObject({ call: { masked: true } })
  })

  it('begin anew for a reader that missed more than is kept, or comes from another life of control', async () => {
    const position = control.feed.position(ours.id)
    const callId = await liveCall(control)
    for (let i = 0; i < 40; i++) control.calls.setMasked(callId, i % 2 === 0)
    for (const lastId of [position, 'beef-3', 'nonsense', `${position}9`]) {
      const reader = await read(lastId)
      await until(() => reader.events.length >= 3)
      expect(names(reader), lastId).toEqual(['reset', 'call', 'platform'])
      reader.close()
    }
  })

  it('are the merchant’s own', async () => {
    const reader = await read(undefined, theirs.key)
    await until(() => reader.events.length >= 2)
    await liveCall(control)
    await liveCall(control, { sid: 'CAtheirs', to: theirs.number })
    await until(() => reader.events.length >= 5)
    const called = reader.events.flatMap(({ event }) => (event.type === 'call' ? [event.call.to] : []))
    expect(new Set(called)).toEqual(new Set([theirs.number]))
  })

  it('have a heartbeat, and leave nothing behind when the reader goes', async () => {
    const reader = await read()
    await until(() => reader.events.length >= 2)
    const before = reader.comments
    await control.clock.turn(15_000)
    await until(() => reader.comments > before)
    reader.close()
    await until(() => control.server.openStreams() === 0)
  })

  it('end for a session that has ended', async () => {
    const body = { email: ours.email, password: ours.password }
    const session = await ask(control, { method: 'POST', url: '/v1/sessions', key: '', body })
    const cookie = `${session.cookies[0]?.name}=${session.cookies[0]?.value}`
    const [watching, alsoWatching] = [new Reader({ cookie }), new Reader({ cookie })]
    await until(() => watching.events.length >= 2 && alsoWatching.events.length >= 2)
    await ask(control, { method: 'DELETE', url: '/v1/sessions/current', key: '', headers: { cookie } })
    await until(() => watching.ended && alsoWatching.ended)
  })

  it('end when the log-in behind them has grown too old', async () => {
    const body = { email: ours.email, password: ours.password }
    const session = await ask(control, { method: 'POST', url: '/v1/sessions', key: '', body })
    const watching = new Reader({ cookie: `${session.cookies[0]?.name}=${session.cookies[0]?.value}` })
    await until(() => watching.events.length >= 2)
    for (let i = 0; i < 121 && !watching.ended; i++) {
      await control.clock.turn(15_000)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await until(() => watching.ended)
  })

  it('stop for a reader that does not read, without holding its share for ever', async () => {
    const slow = http.get({
      host: '127.0.0.1',
      port,
      path: '/v1/events',
      headers: { authorization: `Bearer ${ours.key}` },
    })
    open.push(slow)
    const [response] = await new Promise<[http.IncomingMessage]>((resolve) =>
      slow.on('response', (answer) => resolve([answer])),
    )
    response.pause()
    await until(() => control.server.openStreams() === 1)
    const callId = await liveCall(control)
    for (let i = 0; i < 200_000 && control.server.openStreams() > 0; i++) {
      control.calls.setMasked(callId, i % 2 === 0)
      if (i % 500 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(control.server.openStreams()).toBe(0)
  })

  it('are not opened by a HEAD request', async () => {
    const answer = await control.server.app.inject({
      method: 'HEAD',
      url: '/v1/events',
      headers: { authorization: `Bearer ${ours.key}` },
    })
    expect(answer.statusCode).toBe(405)
    expect(control.server.openStreams()).toBe(0)
  })

  it('are refused to a log-in that holds ten streams already', async () => {
    await Promise.all(Array.from({ length: 10 }, () => read()))
    const eleventh = new Reader({ authorization: `Bearer ${ours.key}` })
    await until(() => eleventh.status === 429)
  })
})
