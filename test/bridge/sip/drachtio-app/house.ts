import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Clock, systemClock } from '../../../../src/base/clock.ts'
import { silentLog } from '../../../../src/base/log.ts'
import { Secret } from '../../../../src/base/secret.ts'
import { CallBook } from '../../../../src/bridge/call-book.ts'
import { type SipEntry, startSip } from '../../../../src/bridge/sip/sip-entry.ts'
import type { BridgeEvent } from '../../../../src/contracts/bridge-port.ts'
import { createToneChannel } from '../../../../src/dsp/tone-guard.ts'
import { MediaPhone } from '../../../sip/support/media-phone.ts'
import { DrachtioServer, type FromApp, type Headers, secret } from './drachtio-server.ts'

export const token = '48213377'
export const expiresS = 600

/** The bridge's SIP entry with calls that end here, and the server's side of the protocol. */
export class House {
  readonly server: DrachtioServer
  readonly events: BridgeEvent[] = []
  readonly caller: MediaPhone
  readonly agent: MediaPhone
  book!: CallBook
  sip!: SipEntry
  readonly #clock: Clock
  readonly #dir = mkdtempSync(path.join(tmpdir(), 'drachtio-'))
  readonly #portMin = 52_000 + 40 * Math.floor(Math.random() * 200)
  readonly #lives: SipEntry[] = []

  private constructor(server: DrachtioServer, phones: MediaPhone[], clock: Clock) {
    this.server = server
    ;[this.caller, this.agent] = phones as [MediaPhone, MediaPhone]
    this.#clock = clock
  }

  static async open(clock: Clock = systemClock): Promise<House> {
    const phones = await Promise.all([MediaPhone.open(), MediaPhone.open()])
    const house = new House(await DrachtioServer.open(), phones, clock)
    await house.live()
    return house
  }

  /** A life of the bridge; a second one finds what the first left behind. */
  async live({ secretOf = secret, ports = 0 } = {}): Promise<void> {
    const emit = (event: BridgeEvent) => void this.events.push(event)
    const clock = this.#clock
    this.book = new CallBook({
      ...{ clock, log: silentLog, maxCalls: 10, jitterMs: 200, emit },
      newToneChannel: (law) => createToneChannel({ law, lookaheadMs: 20, fill: 'noise' }),
    })
    const before = this.server.authenticated
    const portMin = this.#portMin + ports
    this.sip = await startSip({
      config: {
        ng: { host: '127.0.0.1', port: 0 },
        ...{ ngPeers: ['127.0.0.1'], edges: [], portsDir: path.join(this.#dir, 'calls') },
        media: { host: '127.0.0.1', advertised: null, portMin, portMax: portMin + 39, sockets: 'native' },
        ...{
          source: 'strict',
          callerInterface: 'external',
          callerOtherwise: 'offerer',
          silentMs: 86_400_000,
        },
        srtp: { caller: 'accepted', agent: 'accepted' },
        drachtio: {
          server: { host: '127.0.0.1', port: this.server.port, secret: new Secret(secretOf) },
          ...{ peers: ['127.0.0.1'], outbound: 'pbx.example:5080', paymentNumber: '8000' },
          ...{ selfServiceNumbers: ['8100'], ringMs: 30_000, session: { expiresS, minSeS: 90 } },
          dialogsDir: path.join(this.#dir, 'dialogs'),
        },
      },
      ...{ book: this.book, clock, log: silentLog, emit },
    })
    this.#lives.push(this.sip)
    if (secretOf === secret) await until('the app is there', () => this.server.authenticated > before)
  }

  /** A transfer that control announced, and the INVITE of the transferred caller. */
  transferred(headers: Headers = {}) {
    const transfer = { agent: '2001', merchantId: 'mer_one', metadata: { crmRecord: 'Case:500' } }
    const dial = this.sip.expectTransfer({ ...transfer, token, validMs: 60_000 })
    return this.server.request('INVITE', `sip:${dial}@bridge.example`, { headers, body: sdp(this.caller) })
  }

  /** Caller and agent on the line. */
  async talking(headers: Headers = {}) {
    const invite = this.transferred(headers)
    const toAgent = await this.server.next('INVITE')
    this.server.answer(toAgent, 200, { body: sdp(this.agent) })
    const answered = await this.server.answerTo(invite, 200)
    // Behind it everything before has been heard and done.
    await this.server.answerTo(this.server.request('OPTIONS', 'sip:x'), 200)
    return { invite, toAgent, answered, ...this.#legs(invite.dialog, toAgent) }
  }

  #legs(callerDialog: string, toAgent: FromApp) {
    return { callerDialog, agentDialog: toAgent.dialog }
  }

  async close(): Promise<void> {
    for (const life of this.#lives) life.close()
    this.book.endAll('bridge-stopping')
    await this.server.close()
    for (const phone of [this.caller, this.agent]) phone.close()
    rmSync(this.#dir, { recursive: true, force: true })
  }
}

export function sdp(phone: MediaPhone, { direction = 'sendrecv', version = 1 } = {}): string {
  return [
    ...['v=0', `o=- 1 ${version} IN IP4 127.0.0.1`, 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
    ...[`m=audio ${phone.port} RTP/AVP 0 8 101`, 'a=rtpmap:101 telephone-event/8000', `a=${direction}`, ''],
  ].join('\r\n')
}

export const portIn = (body: string) => Number(/m=audio (\d+)/.exec(body)?.[1])

export async function until(what: string, is: () => boolean): Promise<void> {
  for (let left = 150; left > 0; left--) {
    if (is()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`not in time: ${what}`)
}
