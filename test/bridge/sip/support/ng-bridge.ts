import { createSocket, type Socket } from 'node:dgram'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { systemClock } from '../../../../src/base/clock.ts'
import { silentLog } from '../../../../src/base/log.ts'
import { CallBook } from '../../../../src/bridge/call-book.ts'
import type { CallBridge } from '../../../../src/bridge/call-bridge.ts'
import { RoundClock } from '../../../../src/bridge/round-clock.ts'
import { type BencodeValue, decodeBencode, encodeBencode } from '../../../../src/bridge/sip/bencode.ts'
import { type SipEntry, startSip } from '../../../../src/bridge/sip/sip-entry.ts'
import type { BridgeEvent } from '../../../../src/contracts/bridge-port.ts'
import type { BridgeSip } from '../../../../src/contracts/process-config/bridge-config.ts'
import { createToneChannel } from '../../../../src/dsp/tone-guard.ts'

export type NgReply = Record<string, BencodeValue>

/** The bridge's entry for SIP, on free ports of loopback, and a proxy that asks it. */
export class NgBridge {
  readonly events: BridgeEvent[] = []
  readonly #dir = mkdtempSync(path.join(tmpdir(), 'ng-'))
  readonly #portMin = 50_000 + 100 * Math.floor(Math.random() * 100)
  readonly #overrides: Partial<BridgeSip>
  readonly #proxy: Socket
  #cookies = 0
  #ngPort = 0
  #sip: SipEntry | undefined
  book!: CallBook

  private constructor(proxy: Socket, overrides: Partial<BridgeSip>) {
    this.#proxy = proxy
    this.#overrides = overrides
  }

  static async open(overrides: Partial<BridgeSip> = {}): Promise<NgBridge> {
    const proxy = createSocket('udp4')
    await new Promise<void>((resolve) => proxy.bind(0, '127.0.0.1', resolve))
    const bridge = new NgBridge(proxy, overrides)
    await bridge.start()
    return bridge
  }

  /** Begins a life of the process; the calls of an earlier one are taken up again. */
  async start(): Promise<void> {
    const emit = (event: BridgeEvent) => void this.events.push(event)
    const clock = new RoundClock(systemClock)
    this.book = new CallBook({
      ...{ clock, log: silentLog, maxCalls: 10, jitterMs: 200, emit },
      newToneChannel: (law) => createToneChannel({ law, lookaheadMs: 20, fill: 'noise' }),
    })
    const config: BridgeSip = {
      ng: { host: '127.0.0.1', port: this.#ngPort },
      ngPeers: ['127.0.0.1'],
      ...{ edges: [], drachtio: null },
      media: {
        host: '127.0.0.1',
        advertised: null,
        portMin: this.#portMin,
        portMax: this.#portMin + 79,
        sockets: 'native',
      },
      portsDir: path.join(this.#dir, 'calls'),
      srtp: { caller: 'accepted', agent: 'accepted' },
      ...{ source: 'strict', callerInterface: 'external', callerOtherwise: 'offerer', silentMs: 60_000 },
      ...this.#overrides,
    }
    this.#sip = await startSip({ config, book: this.book, clock, rounds: clock, log: silentLog, emit })
    // A later life is found where the first one was.
    this.#ngPort = this.#sip.port
  }

  /** Dies as a process does: nobody is told. */
  crash(): void {
    this.#sip?.close()
  }

  /** Of the NG protocol. */
  get port(): number {
    return this.#sip!.port
  }

  get call(): CallBridge {
    return this.book.get(this.book.views()[0]!.callId)
  }

  raw(datagram: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no reply')), 5_000)
      this.#proxy.once('message', (bytes) => {
        clearTimeout(timer)
        resolve(bytes)
      })
      this.#proxy.send(datagram, this.#sip!.port, '127.0.0.1')
    })
  }

  async ask(request: NgReply): Promise<NgReply> {
    const cookie = `c${++this.#cookies}`
    const reply = await this.raw(Buffer.concat([Buffer.from(`${cookie} `), encodeBencode(request)]))
    return decodeBencode(reply.subarray(cookie.length + 1)) as NgReply
  }

  close(): void {
    this.#sip?.close()
    this.book.endAll('bridge-stopping')
    this.#proxy.close()
    rmSync(this.#dir, { recursive: true, force: true })
  }
}

export async function until(what: string, condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 10))
  if (!condition()) throw new Error(`waited in vain for: ${what}`)
}
