import type { FromHandset, ToHandset } from '../handset-protocol.ts'
import { fromBase64, toBase64 } from './base64.ts'

export type HandsetSocketOptions = {
  readonly url: string
  readonly onMessage: (message: ToHandset) => void
  readonly onAudio: (octets: Uint8Array) => void
  readonly onClose: () => void
}

/** A caller's end of the carrier's handset protocol: one socket, one call. */
export class HandsetSocket {
  readonly #socket: WebSocket
  #talking = false

  constructor({ url, onMessage, onAudio, onClose }: HandsetSocketOptions) {
    this.#socket = new WebSocket(url)
    this.#socket.addEventListener('close', onClose)
    this.#socket.addEventListener('message', ({ data }: MessageEvent<string>) => {
      const message = JSON.parse(data) as ToHandset
      if (message.event === 'media') {
        onAudio(fromBase64(message.media.payload))
        return
      }
      this.#talking = this.#talking ? !isPause(message) : message.event === 'start'
      onMessage(message)
    })
  }

  /** Sound of any length up to a second. Before `start` there is nobody to hear it, and it is dropped. */
  speak(octets: Uint8Array): void {
    if (this.#talking) this.#send({ event: 'media', media: { payload: toBase64(octets) } })
  }

  /** Tells what the network would report of a key whose tone went out in the audio. */
  reportKey(digit: Extract<FromHandset, { event: 'dtmf' }>['dtmf']['digit']): void {
    if (this.#talking) this.#send({ event: 'dtmf', dtmf: { digit, report: 'message', toneMs: 100 } })
  }

  hangUp(): void {
    this.#send({ event: 'stop' })
    this.#socket.close()
  }

  #send(message: FromHandset): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message))
  }
}

function isPause(message: ToHandset): boolean {
  return message.event === 'stop' || (message.event === 'state' && message.state === 'reconnecting')
}
