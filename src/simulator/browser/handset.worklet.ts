import { SoftphoneLine } from '../../dsp/softphone-line.ts'
import { Mouth } from './mouth.ts'
import type { FromSound, ToSound } from './sound-messages.ts'

declare const sampleRate: number
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void
declare class AudioWorkletProcessor {
  readonly port: MessagePort
}

/** The phone's sound, in the audio thread: a line, and the mouth that speaks into it. */
class HandsetProcessor extends AudioWorkletProcessor {
  readonly #mouth = new Mouth((key) => this.#say({ type: 'key-ended', key }))
  readonly #line = new SoftphoneLine({
    soundRate: sampleRate,
    longestBlock: 2_048,
    onFrame: (frame) => this.#send(frame),
  })

  constructor() {
    super()
    this.port.onmessage = ({ data }: MessageEvent<ToSound>) => this.#take(data)
  }

  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const speaker = outputs[0]?.[0]
    if (speaker) this.#line.process(inputs[0]?.[0] ?? null, speaker)
    return true
  }

  #take(message: ToSound): void {
    switch (message.type) {
      case 'hear':
        this.#line.receive(message.octets)
        break
      case 'press':
        this.#mouth.keys.press(message.key, message.held)
        break
      case 'let-go':
        this.#mouth.keys.letGo()
        break
      case 'clear':
        this.#mouth.keys.clear()
        this.#line.clear()
        break
      case 'speak':
        this.#mouth.speak(message.sentences)
        break
    }
  }

  #send(frame: Uint8Array): void {
    if (this.#mouth.shape(frame)) this.#line.sidetone(frame)
    this.#say({ type: 'frame', octets: frame.slice() })
  }

  #say(message: FromSound): void {
    this.port.postMessage(message)
  }
}

registerProcessor('handset', HandsetProcessor)
