import type { KeyReport } from '../handset-protocol.ts'
import { loadCannedVoice } from './canned-voice.ts'
import { HandsetSocket } from './handset-socket.ts'
import {
  firstHandsetState,
  type HandsetAction,
  type HandsetState,
  isInCall,
  reduceHandset,
} from './handset-state.ts'
import type { Key } from './key-tones.ts'
import { Sound } from './sound.ts'
import type { FromSound } from './sound-messages.ts'

/** Whether the network reports keys beside the tone, as some providers do. */
export type Report = Extract<KeyReport, 'audio' | 'both'>

/** A caller's phone without its looks: sound, line and the state of the call. */
export class Phone {
  report: Report = 'audio'
  readonly #onState: (state: HandsetState) => void
  #state = firstHandsetState
  #sound: Sound | undefined
  #socket: HandsetSocket | undefined
  #sentences: Promise<Uint8Array[]> | undefined

  constructor(onState: (state: HandsetState) => void) {
    this.#onState = onState
  }

  get state(): HandsetState {
    return this.#state
  }

  /** Dials the carrier's number from `from` (E.164). To be called from a click: the browser gives sound only then. */
  async dial(from: string): Promise<void> {
    if (isInCall(this.#state)) return
    this.#do({ type: 'dialled' })
    try {
      this.#sound ??= await Sound.open((message) => this.#onSound(message))
      await this.#sound.wake()
    } catch {
      this.#do({ type: 'sound-failed' })
      return
    }
    if (!isInCall(this.#state)) return
    const url = new URL('handset/caller', document.baseURI)
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
    url.searchParams.set('from', from)
    // Behind the page's own address, for a platform that has several numbers.
    const to = new URL(document.baseURI).searchParams.get('to')
    if (to !== null) url.searchParams.set('to', to)
    const socket = new HandsetSocket({
      url: url.href,
      onMessage: (message) => socket === this.#socket && this.#do({ type: 'heard', message }),
      onAudio: (octets) => socket === this.#socket && this.#sound?.tell({ type: 'hear', octets }),
      onClose: () => socket === this.#socket && this.#do({ type: 'closed' }),
    })
    this.#socket = socket
  }

  hangUp(): void {
    this.#socket?.hangUp()
    this.#do({ type: 'hung-up' })
  }

  press(key: Key, held: boolean): void {
    if (this.#state.at === 'talking') this.#sound?.tell({ type: 'press', key, held })
  }

  letGo(): void {
    this.#sound?.tell({ type: 'let-go' })
  }

  /** Keys all of it with the timing of a quick finger: 100 ms of tone, 60 ms of pause. */
  keyAll(keys: string): void {
    for (const key of keys) this.press(key as Key, false)
  }

  /** False when there is no canned voice to be had. */
  async setVoice(on: boolean): Promise<boolean> {
    this.#sentences ??= loadCannedVoice()
    const sentences = await this.#sentences
    this.#sound?.tell({ type: 'speak', sentences: on ? sentences : [] })
    return sentences.length > 0
  }

  /** False when the browser or the person refused. */
  async setMicrophone(on: boolean): Promise<boolean> {
    if (!on) this.#sound?.closeMicrophone()
    else {
      try {
        if (!this.#sound) return false
        await this.#sound.openMicrophone()
      } catch {
        return false
      }
    }
    return true
  }

  #onSound(message: FromSound): void {
    if (message.type === 'frame') {
      this.#socket?.speak(message.octets)
      return
    }
    if (this.report === 'both') this.#socket?.reportKey(message.key)
    this.#do({ type: 'key-sounded' })
  }

  #do(action: HandsetAction): void {
    const next = reduceHandset(this.#state, action)
    if (next === this.#state) return
    if (isInCall(this.#state) && !isInCall(next)) this.#sound?.rest()
    this.#state = next
    this.#onState(next)
  }
}
