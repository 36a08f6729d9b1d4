import { readdirSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MediaPhone } from '../../sip/support/media-phone.ts'
import { NgBridge, until } from './support/ng-bridge.ts'

const seed = Number(process.env.SEED ?? Date.now())
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const roundsOfBatch = 6
const callsOfRound = 12
const callsOfBatch = roundsOfBatch * callsOfRound
/** A call holds about 20 KiB. Compiled code and caches of the engine grow at first too, and then no more. */
const keptOfCall = 4_096
const mostBatches = 9

const offerOf = ({ port }: MediaPhone) =>
  `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n`

/** Sampled once: what the generator itself keeps is no leak of the bridge. */
const junk = fc
  .sample(fc.uint8Array({ maxLength: 200 }), { seed, numRuns: 100 })
  .map((octets) => Buffer.from(octets))
const damage = fc.sample(fc.tuple(fc.nat(1_000), fc.nat(255)), { seed, numRuns: 100 })
const packets = fc.sample(fc.tuple(fc.nat(127), fc.uint8Array({ maxLength: 300 }), fc.nat(0xffff_ffff)), {
  ...{ seed, numRuns: 100 },
})

describe(`memory under nonsense (seed ${seed})`, () => {
  let bridge: NgBridge
  let caller: MediaPhone
  let agent: MediaPhone
  let steady: readonly [MediaPhone, MediaPhone]

  beforeAll(async () => {
    const portMin = 46_000 + 800 * Math.floor(Math.random() * 4)
    bridge = await NgBridge.open({
      media: { host: '127.0.0.1', advertised: null, portMin, portMax: portMin + 799, sockets: 'native' },
    })
    ;[caller, agent] = await Promise.all([MediaPhone.open(), MediaPhone.open()])
    steady = await Promise.all([MediaPhone.open(), MediaPhone.open()])
  })
  afterAll(() => {
    bridge?.close()
    for (const phone of [caller, agent, ...(steady ?? [])]) phone?.close()
  })

  async function dial(callId: string, [from, to]: readonly [MediaPhone, MediaPhone]) {
    const named = { 'call-id': callId, 'from-tag': 'a' }
    const offered = await bridge.ask({ command: 'offer', ...named, label: 'caller', sdp: offerOf(from) })
    const answered = await bridge.ask({ command: 'answer', ...named, 'to-tag': 'b', sdp: offerOf(to) })
    const [toAgent, toCaller] = [offered, answered].map(({ sdp }) =>
      Number(/m=audio (\d+)/.exec(String(sdp))?.[1]),
    )
    from.talk({ address: '127.0.0.1', port: toCaller! })
    to.talk({ address: '127.0.0.1', port: toAgent! })
  }

  async function round(): Promise<void> {
    for (const bytes of junk) {
      // Behind a cookie, for there to be an answer to wait for.
      await bridge.raw(Buffer.concat([Buffer.from('j '), bytes]))
    }
    for (let n = 0; n < callsOfRound; n++) {
      const callId = `nonsense-${n}`
      await dial(callId, [caller, agent])
      for (const [payloadType, payload, timestamp] of packets) {
        caller.send(payloadType, payload, timestamp)
        agent.send(payloadType, payload, timestamp)
      }
      for (const [at, octet] of damage.slice(8 * n, 8 * n + 8)) {
        const description = Buffer.from(offerOf(caller))
        description[at % description.length] = octet
        await bridge.ask({
          ...{ command: 'offer', 'call-id': callId, 'from-tag': 'a', 'to-tag': 'b' },
          sdp: description.toString('latin1'),
        })
      }
      await bridge.ask({ command: 'delete', 'call-id': callId, 'from-tag': 'a' })
    }
    for (const phone of [caller, agent, ...steady]) phone.heard.length = 0
    bridge.events.length = 0
  }

  /** Octets in use when nothing is left that could be let go. */
  async function used(): Promise<number> {
    // Ports rest for two seconds after a call.
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    for (let i = 0; i < 3; i++) {
      collect()
      await new Promise((resolve) => setImmediate(resolve))
    }
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }

  it('does not grow, leaves no socket open, and another call goes on', async () => {
    await dial('steady', steady)
    await until('audio', () => steady.every(({ heard }) => heard.length > 3))
    const files = readdirSync('/proc/self/fd').length
    const growths: number[] = []
    // A leak would grow in every batch; what only settles down stops.
    const settled = () => growths.length > 1 && growths.at(-1)! < callsOfBatch * keptOfCall
    for (let before = await used(); !settled() && growths.length < mostBatches; ) {
      for (let n = 0; n < roundsOfBatch; n++) await round()
      const after = await used()
      growths.push(after - before)
      before = after
    }
    const inKib = growths.map((bytes) => Math.round(bytes / 1_024))
    console.log(`each ${callsOfBatch} calls under nonsense left behind: ${inKib.join(', ')} KiB`)
    expect(settled(), `${inKib.join(', ')} KiB`).toBe(true)
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(files)
    expect(bridge.book.views()).toHaveLength(1)
    for (const phone of steady) phone.heard.length = 0
    await until('audio still', () => steady.every(({ heard }) => heard.length > 5))
  })
})
