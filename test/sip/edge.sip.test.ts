import { createSocket, type Socket } from 'node:dgram'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { EdgeClient } from '../../src/bridge/sip/edge-client.ts'
import { findProgram, type RunningKamailio, startKamailio } from '../../src/cli/kamailio.ts'
import { NgBridge, until } from '../bridge/sip/support/ng-bridge.ts'
import { callerScenario, pbx, pbxScenario, sdp, step } from './support/scenarios.ts'
import { answersOptions, freeUdpPorts, missingPackages } from './support/sip-house.ts'
import { Sipp } from './support/sipp.ts'

type Steps = readonly [calling: readonly string[], answering: readonly string[]]

/** Kamailio with our configuration, bridges of their own, and trunk and PBX as the test plays them. */
class Edge {
  readonly bridges: NgBridge[]
  readonly ports: Readonly<Record<'edge' | 'trunk' | 'pbx' | 'drachtio', number>>
  readonly lines: string[] = []
  readonly #kamailio: RunningKamailio

  private constructor(bridges: NgBridge[], [edge, trunk, pbxPort, drachtio]: number[], pingSeconds: number) {
    this.bridges = bridges
    this.ports = { edge: edge!, trunk: trunk!, pbx: pbxPort!, drachtio: drachtio! }
    this.#kamailio = startKamailio({
      program: findProgram('kamailio')!,
      configDir: path.resolve('config', 'kamailio'),
      listen: `127.0.0.1:${edge}`,
      ...{ trunk: `127.0.0.1:${trunk}`, pbx: `127.0.0.1:${pbxPort}`, matchPorts: true, pingSeconds },
      terminated: { at: `127.0.0.1:${drachtio}`, paymentNumber: '8000', selfServiceNumbers: ['8100'] },
      bridges: bridges.map(({ port }) => `127.0.0.1:${port}`),
      onLine: (line) => void this.lines.push(line),
    })
  }

  static async open({ bridges = 1, pingSeconds = 0 } = {}): Promise<Edge> {
    const started = await Promise.all(Array.from({ length: bridges }, () => NgBridge.open()))
    const edge = new Edge(started, await freeUdpPorts(4), pingSeconds)
    await answersOptions(edge.ports.edge)
    return edge
  }

  /** Calls from the trunk to the PBX, one after the other, each with a re-INVITE in the middle. */
  async call(calls: number): Promise<void> {
    const again = sdp({ port: '[media_port]', version: 2 })
    const answer = new Sipp({
      ...{ program: findProgram('sipp')!, port: this.ports.pbx, mediaPort: 28_000, calls },
      scenario: pbxScenario([pbx.answer(sdp({ port: '28000' })), pbx.reinvite(again), pbx.recvBye()]),
    })
    const caller = new Sipp({
      ...{ program: findProgram('sipp')!, port: this.ports.trunk, mediaPort: 29_000, calls },
      ...{ to: `127.0.0.1:${this.ports.edge}` },
      scenario: callerScenario([
        step.invite(sdp({ port: '[media_port]' })),
        step.reinvite(2, again),
        step.bye(3),
      ]),
    })
    try {
      await Promise.all([caller.succeeded(), answer.succeeded()])
    } finally {
      await Promise.all([caller.stop(), answer.stop()])
    }
  }

  /** One call between two of them. */
  async one(
    from: 'trunk' | 'pbx' | 'drachtio',
    to: 'pbx' | 'drachtio',
    [calling, answering]: Steps,
  ): Promise<void> {
    const program = findProgram('sipp')!
    const answer = new Sipp({
      ...{ program, port: this.ports[to], mediaPort: 28_000, scenario: pbxScenario(answering) },
    })
    const caller = new Sipp({
      ...{ program, port: this.ports[from], mediaPort: 29_000, scenario: callerScenario(calling) },
      to: `127.0.0.1:${this.ports.edge}`,
    })
    try {
      await Promise.all([caller.succeeded(), answer.succeeded()])
    } finally {
      await Promise.all([caller.stop(), answer.stop()])
    }
  }

  /** How many calls each bridge has had. */
  counts(): number[] {
    return this.bridges.map(({ events }) => events.filter(({ type }) => type === 'sip-call').length)
  }

  async close(): Promise<void> {
    await this.#kamailio.stop()
    for (const bridge of this.bridges) bridge.close()
  }
}

/** A sender of single requests, who is trunk or PBX by its port, or a stranger. */
class Sender {
  readonly heard: string[] = []
  readonly #socket: Socket

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('message', (bytes, { port }) => {
      const text = bytes.toString()
      this.heard.push(text)
      if (text.startsWith('OPTIONS')) socket.send(okTo(text), port, '127.0.0.1')
    })
  }

  static async open(port = 0): Promise<Sender> {
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(port, '127.0.0.1', resolve))
    return new Sender(socket)
  }

  /** Gives the request's Call-ID. */
  send(method: string, to: number): string {
    const own = this.#socket.address().port
    const name = Math.random().toString(36).slice(2)
    const lines = [
      `${method} sip:1000@127.0.0.1:${to} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${own};branch=z9hG4bK${name}`,
      `From: <sip:probe@127.0.0.1:${own}>;tag=${name}`,
      `To: <sip:1000@127.0.0.1:${to}>`,
      ...[
        `Call-ID: ${name}`,
        `CSeq: 1 ${method}`,
        'Max-Forwards: 70',
        `Contact: <sip:probe@127.0.0.1:${own}>`,
      ],
      'Content-Length: 0',
    ]
    this.#socket.send(`${lines.join('\r\n')}\r\n\r\n`, to, '127.0.0.1')
    return name
  }

  async status(method: string, to: number): Promise<string | undefined> {
    const before = this.heard.length
    this.send(method, to)
    const answered = () => this.heard.slice(before).find((text) => /^SIP\/2.0 [2-6]/.test(text))
    await until(`an answer to ${method}`, () => answered() !== undefined).catch(() => {})
    return answered()?.slice(8, 11)
  }

  close(): void {
    this.#socket.close()
  }
}

const okTo = (request: string) =>
  request.replace(/^OPTIONS .*/, 'SIP/2.0 200 OK').replace(/^To: (?!.*;tag=)(.*)$/m, 'To: $1;tag=phone')

describe.skipIf(missingPackages() !== null)('the edge', () => {
  let edge: Edge | undefined
  const senders: Sender[] = []
  const sender = async (port?: number) => {
    const opened = await Sender.open(port)
    senders.push(opened)
    return opened
  }
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') console.log(edge?.lines.slice(-30).join('\n'))
    for (const open of senders.splice(0)) open.close()
    await edge?.close()
  })

  it('parts the calls between two bridges by their Call-ID, and each call stays with its own', async () => {
    edge = await Edge.open({ bridges: 2 })
    await edge.call(12)
    const counts = edge.counts()
    expect(counts[0]! + counts[1]!).toBe(12)
    expect(Math.min(...counts)).toBeGreaterThan(0)
    // Each BYE reached the bridge that had the call.
    for (const { book } of edge.bridges) expect(book.views()).toEqual([])
  })

  it('gives the calls of a bridge that is gone to the other one, and takes it back when it is there again', async () => {
    edge = await Edge.open({ bridges: 2 })
    const [first, second] = edge.bridges as [NgBridge, NgBridge]
    second.crash()
    await edge.call(8)
    expect(edge.counts()).toEqual([8, 0])
    expect(first.book.views()).toEqual([])
    await second.start()
    // An edge asks a bridge that was away again after two seconds of its own clock, which a busy machine holds up: calls
    // go on, each with a Call-ID of its own, until one is given to it.
    for (let tries = 0; tries < 40 && edge.counts()[1] === 0; tries++) {
      await edge.call(1)
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    expect(edge.counts()[1]).toBeGreaterThan(0)
  })

  const [ours, theirs] = [sdp({ port: '29000' }), sdp({ port: '28000' })]
  it.each([
    ['trunk', '800048213377'],
    ['pbx', '8000'],
    ['trunk', '8100'],
  ] as const)(
    'leads what the %s dials (%s) to Tonewall itself, with keys, changes and BYE',
    async (from, to) => {
      edge = await Edge.open()
      const again = (port: string) => sdp({ port, version: 2 })
      await edge.one(from, 'drachtio', [
        [step.invite(ours, { to }), step.info(2, '5'), step.reinvite(3, again('29000')), step.bye(4)],
        [
          ...[pbx.answerAsIs(theirs, { to, port: '29000' }), pbx.recvInfo('5')],
          ...[pbx.reinvite(again('28000')), pbx.recvBye()],
        ],
      ])
      // Its media are anchored by who answers, not once more by the edge.
      expect(edge.counts()).toEqual([0])
    },
  )

  it('lets Tonewall call an agent back, and says which call it is', async () => {
    edge = await Edge.open()
    const header = 'X-Tonewall-Call: call_0123456789abcdef'
    await edge.one('drachtio', 'pbx', [
      [step.invite(ours, { to: '2001', header }), step.reinvite(2, ours), step.bye(3)],
      [pbx.answer(theirs), pbx.reinvite(theirs), pbx.recvBye()],
    ])
    expect(edge.counts()).toEqual([0])
  })

  it('asks trunk and PBX by OPTIONS whether they live, and answers theirs', async () => {
    edge = await Edge.open({ pingSeconds: 1 })
    const [trunk, board] = [await sender(edge.ports.trunk), await sender(edge.ports.pbx)]
    await until('OPTIONS to both', () =>
      [trunk, board].every(({ heard }) => heard.some((text) => text.startsWith('OPTIONS'))),
    )
    expect(await trunk.status('OPTIONS', edge.ports.edge)).toBe('200')
    expect(await board.status('OPTIONS', edge.ports.edge)).toBe('200')
  })

  it('serves nobody else, and no business that is the PBX’s', async () => {
    edge = await Edge.open()
    const [trunk, stranger] = [await sender(edge.ports.trunk), await sender()]
    expect(await stranger.status('INVITE', edge.ports.edge)).toBe('403')
    expect(await trunk.status('REGISTER', edge.ports.edge)).toBe('405')
    expect(await trunk.status('MESSAGE', edge.ports.edge)).toBe('405')
    // Whoever claims to be a bridge, and knows no dialog, ends none.
    const edges = [{ host: '127.0.0.1', port: edge.ports.edge }]
    const client = new EdgeClient({ edges, clock: systemClock, log: silentLog })
    expect(await client.hangUp({ callId: 'none', fromTag: 'a', toTag: 'b' })).toBe(false)
    expect(edge.counts()).toEqual([0])
  })

  it('listens no more to a stranger that floods', async () => {
    edge = await Edge.open()
    const stranger = await sender()
    for (let i = 0; i < 200; i++) stranger.send('INVITE', edge.ports.edge)
    await until('a word of it', () => edge!.lines.some((line) => line.includes('flood from 127.0.0.1')))
    // Answers to what was sent before may still be on their way; to this one there is none.
    const late = stranger.send('INVITE', edge.ports.edge)
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(stranger.heard.filter((text) => text.includes(`Call-ID: ${late}`))).toEqual([])
  })
})
