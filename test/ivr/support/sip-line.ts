import { HandsetKey } from '../../../src/simulator/handset-protocol.ts'
import { keyTone } from '../../../src/simulator/key-tone.ts'
import { type DrachtioServer, secret } from '../../bridge/sip/drachtio-app/drachtio-server.ts'
import { portIn, sdp } from '../../bridge/sip/drachtio-app/house.ts'
import { MediaPhone } from '../../sip/support/media-phone.ts'
import type { CallerLine } from './hearing-caller.ts'

const frameMs = 20
const murmur = Buffer.alloc(160, 0xf0)

export { secret }

/** A telephone on a SIP trunk: RTP both ways, its keys are tones in the audio. */
export class SipLine implements CallerLine {
  readonly #phone: MediaPhone
  readonly #server: DrachtioServer
  readonly callId: string
  readonly #dialog: string
  readonly #waiting: Uint8Array[] = []
  #timer: NodeJS.Timeout | undefined
  #drained: (() => void) | undefined
  #open = true

  private constructor(parts: { phone: MediaPhone; server: DrachtioServer; dialog: string; callId: string }) {
    this.#phone = parts.phone
    this.#server = parts.server
    this.#dialog = parts.dialog
    this.callId = parts.callId
    this.#timer = setInterval(() => this.#speak(), frameMs)
  }

  /** Calls a number of `sip.drachtio.selfServiceNumbers`. */
  static async dial(server: DrachtioServer, number: string): Promise<SipLine> {
    const phone = await MediaPhone.open()
    const invite = server.request('INVITE', `sip:${number}@bridge.example`, { body: sdp(phone) })
    const answered = await server.answerTo(invite, 200)
    phone.talk({ address: '127.0.0.1', port: portIn(answered.body) })
    phone.hush()
    return new SipLine({ phone, server, dialog: invite.dialog, callId: invite.headers['Call-ID']! })
  }

  get open(): boolean {
    return this.#open
  }

  get length(): number {
    return this.#phone.heard.length
  }

  pcm(): Int16Array {
    return this.#phone.audio()
  }

  /** A tone of 80 ms, and 80 ms without one. */
  async press(key: string): Promise<void> {
    const tone = keyTone(HandsetKey.parse(key), 80)
    for (let at = 0; at < tone.length; at += 160) this.#waiting.push(tone.subarray(at, at + 160))
    for (let left = 4; left > 0; left--) this.#waiting.push(murmur)
    await new Promise<void>((resolve) => {
      this.#drained = resolve
    })
  }

  async hangUp(): Promise<void> {
    if (!this.#open) return
    this.#server.within(this.#dialog, 'BYE')
    this.#ended()
  }

  close(): void {
    this.#ended()
  }

  #speak(): void {
    if (this.#server.heard.some(({ what, dialog }) => what === 'BYE' && dialog === this.#dialog)) {
      this.#ended()
      return
    }
    this.#phone.say(this.#waiting.shift() ?? murmur)
    if (this.#waiting.length > 0) return
    this.#drained?.()
    this.#drained = undefined
  }

  #ended(): void {
    if (!this.#open) return
    this.#open = false
    clearInterval(this.#timer)
    this.#phone.close()
  }
}
