import { randomBytes } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { LegEnd } from '../../contracts/bridge-port.ts'
import type { G711Law } from '../../dsp/tone-channel.ts'
import { inLaw } from '../law-converter.ts'
import { int, LegNumbers, real } from '../leg-numbers.ts'
import type { LegListener, LegStream } from '../leg-stream.ts'
import { Refusals } from '../stream/refusals.ts'
import type { Codec } from './audio-description.ts'
import { EventReader } from './event-reader.ts'
import { setLegGates } from './leg-gates.ts'
import type { LegMemory, LegPeer } from './leg-peer.ts'
import { reportOn } from './leg-report.ts'
import type { PortPair } from './media-ports.ts'
import type { Source } from './media-socket/media-socket.ts'
import { lawOf, PayloadKinds, payloadTypeOf } from './payload-kinds.ts'
import { isRtcp, ReceptionStats } from './rtcp.ts'
import { RtpOrder } from './rtp-order.ts'
import { type RtpPacket, readRtpPacket } from './rtp-packet.ts'
import { type Relayed, RtpSender } from './rtp-sender.ts'
import { mayBegin, type SourceRule } from './source-rule.ts'
import { LegCipher } from './srtp/leg-cipher.ts'

const largestPacket = 1_600
const mostRefusals = 500
const nothing = new Uint8Array()

export type RtpLegOptions = {
  readonly streamSid: string
  readonly ports: PortPair
  readonly clock: Clock
  readonly log: Log
  readonly rule: SourceRule
  /** True while neither events nor sound that cannot be looked into may pass to the other party. */
  readonly hides: () => boolean
  /** Takes what goes to the other party beside the audio that the call looks into. */
  readonly beside: (packet: Relayed, codec: Codec | undefined, start: boolean) => void
  /** The source is known (again), or its sequence number has wrapped: worth remembering. */
  readonly onNews: () => void
  /** What changes with each packet. */
  readonly numbers?: LegNumbers
}

/**
 * One party over RTP: a pair of UDP ports, one stream out, and of what comes in what the signalling allows. G.711 goes
 * through the call like any leg's; other codecs and events go by it while nothing is masked, and nowhere else.
 */
export class RtpLeg implements LegStream {
  readonly streamSid: string
  readonly ports: PortPair
  readonly numbers: LegNumbers
  readonly received: ReceptionStats
  readonly sender: RtpSender
  readonly events: EventReader
  readonly #options: RtpLegOptions
  readonly #order: RtpOrder
  readonly #refusals: Refusals
  #listener: LegListener | undefined
  #peer: LegPeer | undefined
  #kinds = new PayloadKinds([], [])
  /** The laws of G.711 that this party takes. */
  #takes: readonly G711Law[] = []
  #source: Source | undefined
  #cipher: LegCipher | undefined
  #speaksOther: boolean | undefined
  #inLaw: G711Law = 'mulaw'
  #ended = false
  law: G711Law = 'mulaw'
  #deaf = false

  constructor(options: RtpLegOptions) {
    this.#options = options
    const { clock, log, ports, streamSid } = options
    this.streamSid = streamSid
    this.ports = ports
    const numbers = options.numbers ?? new LegNumbers()
    this.numbers = numbers
    this.received = new ReceptionStats(numbers)
    this.lastHeardMs = clock.monotonicMs()
    const facts = () => ({ streamSid, port: ports.rtp.port })
    this.#refusals = new Refusals({ clock, log, facts, mostInWindow: mostRefusals })
    this.events = new EventReader({
      clock,
      numbers,
      hides: options.hides,
      lost: (octets) => this.#listener?.lost(octets),
      press: (key) => this.#listener?.digit(key),
    })
    this.#order = new RtpOrder({
      numbers,
      media: ({ payload }) => this.#audio(payload),
      lost: (units) => this.#listener?.lost(units),
    })
    const random = randomBytes(10)
    this.sender = new RtpSender({
      numbers,
      ssrc: random.readUInt32BE(0),
      // In the lower half, so that nobody who counts wraps has to guess at the first (RFC 3711 §3.3.1).
      firstSequence: random.readUInt16BE(4) >> 1,
      firstTimestamp: random.readUInt32BE(6),
      room: (octets) => ports.rtp.room(octets),
      send: (packet) => ports.rtp.send(this.#cipher?.sender.rtp(packet) ?? packet, this.#goal()),
    })
    ports.rtp.onMessage((bytes, from) => this.#arrived(bytes, from))
    ports.rtcp.onMessage((bytes, from) => this.#control(bytes, from))
    ports.rtp.lead?.(numbers)
  }

  /** `block media`: this party hears nothing of the other. */
  get deaf(): boolean {
    return this.#deaf
  }

  set deaf(deaf: boolean) {
    this.#deaf = deaf
    this.#gate()
  }

  get lastHeardMs(): number {
    return this.numbers.reals[this.numbers.realsAt + real.heardAtMs]!
  }

  set lastHeardMs(atMs: number) {
    this.numbers.reals[this.numbers.realsAt + real.heardAtMs] = atMs
  }

  get peer(): LegPeer | undefined {
    return this.#peer
  }

  get source(): Source | undefined {
    return this.#source
  }

  get rollovers(): Readonly<Record<string, number>> {
    return this.#cipher?.receiver.rollovers ?? {}
  }

  get maskable(): boolean {
    if (this.#speaksOther !== undefined) return !this.#speaksOther
    return this.#peer?.agreed === undefined || lawOf(this.#peer.agreed) !== undefined
  }

  get keyDown(): boolean {
    return this.events.keyDown
  }

  get joined(): boolean {
    return this.#listener !== undefined
  }

  /** The law of the whole call is what was agreed at its beginning; what comes in another later is converted. */
  attach(listener: LegListener): void {
    this.#listener = listener
    this.#gate()
  }

  /** What the signalling says now. A new address is learned anew; the same goes on with what was learned. */
  describe(peer: LegPeer, { source, rollovers }: LegMemory = {}): void {
    const before = this.#peer?.theirs
    this.#peer = peer
    this.#kinds = new PayloadKinds(peer.told, peer.theirs.codecs)
    this.#takes = peer.theirs.codecs.flatMap((codec) => lawOf(codec) ?? [])
    this.#speaksOther = undefined
    this.#cipher =
      peer.keys && new LegCipher(peer.keys, this.#cipher, { rollovers, onRollover: this.#options.onNews })
    this.sender.ptimeMs = peer.theirs.ptimeMs
    const moved = before && (before.address !== peer.theirs.address || before.port !== peer.theirs.port)
    if (moved && peer.theirs.receives) {
      this.#source = undefined
      this.ports.rtp.disconnect()
    }
    if (source) this.#learn(source)
    this.#gate()
  }

  sendMedia(octets: Uint8Array, law: G711Law): void {
    if (this.#ended || this.#deaf || !this.#peer?.theirs.receives) return
    const out = this.#takes.includes(law) ? law : this.#takes[0]
    if (out) this.sender.audio(inLaw(octets, law, out), out, this.#options.clock.monotonicMs())
  }

  /** What goes by the call: under the number that this party knows it by. */
  relay(packet: Relayed, codec: Codec | undefined, start: boolean): void {
    if (this.#ended || this.#deaf || !this.#peer?.theirs.receives) return
    const known = codec && payloadTypeOf(this.#peer.theirs.codecs, codec)
    // Events that a party never asked for would be noise to it; other sound passes under the number it came with.
    if (known === undefined && codec?.name === 'TELEPHONE-EVENT') return
    const payloadType = known ?? packet.payloadType
    this.sender.relay({ ...packet, payloadType }, { start, nowMs: this.#options.clock.monotonicMs() })
  }

  /** A key that the signalling told of. */
  keyed(key: number): void {
    this.events.silence()
    this.#listener?.digit(key)
  }

  sendMark(): void {}

  /** There is no way to take back what a phone has not played yet, and it has little. */
  clear(): void {}

  /** Sends a report; now and then, as long as the call goes on. */
  report(): void {
    const { clock, streamSid } = this.#options
    const to = this.#source?.address ?? this.#peer?.theirs.address
    if (this.#ended || !this.#peer || to === undefined) return
    const report = reportOn(this.sender, this.received, { name: streamSid, clock })
    this.ports.rtcp.send(this.#cipher?.sender.rtcp(report) ?? report, {
      address: to,
      port: this.#peer.theirs.rtcpPort,
    })
  }

  close(why: LegEnd): void {
    if (this.#ended) return
    this.#ended = true
    this.#gate()
    this.events.clear()
    this.#listener?.ended(why)
  }

  #goal(): Source | undefined {
    const theirs = this.#peer?.theirs
    return theirs?.receives ? { address: theirs.address, port: theirs.port } : undefined
  }

  #arrived(bytes: Buffer, from: Source): void {
    try {
      const refusal = this.#take(bytes, from)
      if (refusal !== undefined) this.#refusals.add(refusal)
    } catch (error) {
      this.#options.log.error({ streamSid: this.streamSid, error }, 'packet not handled')
    }
  }

  /** Handles a packet; returns why it was refused, if it was. */
  #take(bytes: Buffer, from: Source): string | undefined {
    // The last packets of a call that is over are nobody's fault.
    if (this.#ended) return undefined
    if (!this.#peer) return 'not-expected'
    if (bytes.length > largestPacket) return 'oversized'
    if (isRtcp(bytes)) return undefined
    if (!this.#mayComeFrom(from)) return 'wrong-source'
    const clear = this.#cipher ? this.#cipher.receiver.rtp(bytes) : bytes
    if (!clear) return 'not-authentic'
    const packet = readRtpPacket(clear)
    if (!packet) return 'malformed'
    if (!this.#source) this.#found(from)
    const nowMs = this.#options.clock.monotonicMs()
    this.lastHeardMs = nowMs
    this.received.take(packet, bytes.length, nowMs)
    const kind = this.#kinds.of(packet.payloadType)
    if (kind?.is === 'g711') {
      if (this.#speaksOther !== false || this.#inLaw !== kind.law || this.#typeIn !== packet.payloadType)
        this.#speaks(kind.law, packet.payloadType)
      this.events.heardAudio(nowMs)
      this.#order.push(packet, true, nowMs)
      return undefined
    }
    this.#order.push({ ...packet, payload: nothing }, false, nowMs)
    if (kind?.is === 'event') this.#event(packet, kind.clockRate)
    else this.#other(packet, kind?.codec)
    return undefined
  }

  #mayComeFrom(from: Source): boolean {
    if (this.#source) return this.#source.address === from.address && this.#source.port === from.port
    const { theirs, alsoFrom } = this.#peer!
    return mayBegin(this.#options.rule, from, { described: theirs, alsoFrom })
  }

  #found({ address, port }: Source): void {
    this.#learn({ address, port })
    this.#options.onNews()
  }

  #learn(source: Source): void {
    this.#source = source
    this.ports.rtp.connect(source)
    this.#gate()
  }

  get #typeIn(): number {
    return this.numbers.ints[this.numbers.at + int.kindIn]!
  }

  /** G.711 from now on, under this number. */
  #speaks(law: G711Law, payloadType: number): void {
    this.#speaksOther = false
    this.#inLaw = law
    this.numbers.ints[this.numbers.at + int.kindIn] = payloadType
    this.#gate()
  }

  #gate(): void {
    setLegGates(this.numbers, {
      law: this.law,
      isPlain: !this.#ended && this.#listener !== undefined && this.#peer !== undefined && !this.#cipher,
      speaks: this.#source !== undefined && this.#speaksOther === false && this.#inLaw === this.law,
      hears: !this.#deaf && this.#peer?.theirs.receives === true && this.#takes.includes(this.law),
    })
  }

  #event(packet: RtpPacket, clockRate: number): void {
    const passes = this.events.take(packet, clockRate)
    if (passes === 'no') return
    const codec = { name: 'TELEPHONE-EVENT', clockRate, payloadType: packet.payloadType }
    this.#options.beside({ ...packet, clockRate }, codec, passes === 'start')
  }

  #other(packet: RtpPacket, codec: Codec | undefined): void {
    const isNoise = codec?.name === 'CN'
    // A number that was never negotiated says nothing of what the stream speaks.
    if (codec && !isNoise) {
      this.#speaksOther = true
      this.#gate()
    }
    if (this.#options.hides()) return
    this.#options.beside({ ...packet, clockRate: codec?.clockRate ?? 8_000 }, codec, false)
  }

  #audio(payload: Uint8Array): void {
    this.#listener?.media(inLaw(payload, this.#inLaw, this.law))
  }

  #control(bytes: Buffer, from: Source): void {
    const expected = this.#source?.address ?? this.#peer?.theirs.address
    if (from.address !== expected || !isRtcp(bytes)) return
    const clear = this.#cipher ? this.#cipher.receiver.rtcp(bytes) : bytes
    if (clear) this.received.heardReport(clear, this.#options.clock.monotonicMs())
  }
}
