import { randomBytes } from 'node:crypto'
import { WebSocket } from 'ws'
import { FrameFinder } from './frame-finder.ts'
import type { LegPlan } from './load-port.ts'
import type { SpeechFrame } from './speech-frames.ts'

/** Sending times are kept for so many frames: 20 s. */
const kept = 1_000
const payloadMark = Buffer.from('"payload":"')
const mediaMark = Buffer.from('{"event":"media"')

/** What one direction delivered since `begin`. */
export class Tally {
  readonly delaysMs: number[] = []
  sent = 0
  arrived = 0
  /** Of those that arrived: replaced by the mask so far that they are not timed. */
  replaced = 0
}

/** The provider's end of one leg: talks all the time, and times what the other party's leg sent. */
export class TalkingLeg {
  readonly role: LegPlan['role']
  readonly #socket: WebSocket
  readonly #speech: readonly SpeechFrame[]
  readonly #streamSid = `MZ${randomBytes(16).toString('hex')}`
  readonly #sentAtMs = new Float64Array(kept)
  #sequence = 1
  #frames = 0
  #other!: TalkingLeg
  readonly #finder: FrameFinder
  #tally = new Tally()
  #fromFrame = 0
  #toFrame = 0

  private constructor(socket: WebSocket, speech: readonly SpeechFrame[], plan: LegPlan) {
    this.#socket = socket
    this.#speech = speech
    this.role = plan.role
    this.#finder = new FrameFinder(speech)
    socket.on('message', (data) => this.#heard(data as Buffer, performance.now()))
    this.#start(plan)
  }

  static async open(
    { url, signature }: { url: string; signature: string },
    speech: readonly SpeechFrame[],
    plan: LegPlan,
  ): Promise<TalkingLeg> {
    const socket = new WebSocket(url, {
      headers: { 'x-twilio-signature': signature },
      perMessageDeflate: false,
    })
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    return new TalkingLeg(socket, speech, plan)
  }

  get open(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  hears(other: TalkingLeg): void {
    this.#other = other
  }

  /** Counts and times, from the next frame on that either sends. */
  begin(): void {
    this.#tally = new Tally()
    this.#fromFrame = this.#other.#frames
    this.#toFrame = Number.POSITIVE_INFINITY
  }

  /** What is sent from now on is not counted; what is under way still is. */
  end(): void {
    this.#toFrame = this.#other.#frames
    this.#tally.sent = this.#toFrame - this.#fromFrame
  }

  /** What has come of the other party's frames between `begin` and `end`. */
  get tally(): Tally {
    return this.#tally
  }

  /** Sends the next 20 ms. */
  talk(): void {
    const { base64 } = this.#speech[this.#frames % this.#speech.length]!
    const message = `{"event":"media","sequenceNumber":"${++this.#sequence}","media":{"track":"inbound","chunk":"${this.#frames + 1}","timestamp":"${this.#frames * 20}","payload":"${base64}"},"streamSid":"${this.#streamSid}"}`
    this.#sentAtMs[this.#frames % kept] = performance.now()
    this.#frames++
    this.#socket.send(message)
  }

  close(): void {
    this.#socket.terminate()
  }

  #start({ callId, token }: LegPlan): void {
    const streamSid = this.#streamSid
    const start = {
      streamSid,
      accountSid: 'AC00',
      callSid: 'CA00',
      tracks: ['inbound'],
      customParameters: { callId, token },
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    }
    this.#socket.send(JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }))
    this.#socket.send(JSON.stringify({ event: 'start', sequenceNumber: '1', streamSid, start }))
  }

  #heard(data: Buffer, nowMs: number): void {
    if (!data.subarray(0, mediaMark.length).equals(mediaMark)) {
      this.#echo(data)
      return
    }
    const from = data.indexOf(payloadMark) + payloadMark.length
    const octets = Buffer.from(data.toString('latin1', from, data.indexOf(0x22, from)), 'base64')
    const { frame, recognised } = this.#finder.find(octets, this.#other.#frames - 1)
    if (frame < this.#fromFrame || frame >= this.#toFrame) return
    this.#tally.arrived++
    if (recognised) this.#tally.delaysMs.push(nowMs - this.#other.#sentAtMs[frame % kept]!)
    else this.#tally.replaced++
  }

  /** A mark comes back at once, as from a provider that plays without a buffer: its playout is not what is measured. */
  #echo(data: Buffer): void {
    const message = JSON.parse(data.toString()) as { event: string; mark?: unknown }
    if (message.event !== 'mark') return
    const sequenceNumber = String(++this.#sequence)
    const { event, mark } = message
    this.#socket.send(JSON.stringify({ event, sequenceNumber, mark, streamSid: this.#streamSid }))
  }
}
