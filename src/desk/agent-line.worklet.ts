import { SoftphoneLine } from '../dsp/softphone-line.ts'

declare const sampleRate: number
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void
declare class AudioWorkletProcessor {
  readonly port: MessagePort
}

/** The agent's end of the line in the audio thread: octets in to be heard, frames of the microphone out. */
class AgentLineProcessor extends AudioWorkletProcessor {
  readonly #line = new SoftphoneLine({
    soundRate: sampleRate,
    longestBlock: 2_048,
    onFrame: (frame) => this.port.postMessage(frame.slice()),
  })

  constructor() {
    super()
    this.port.onmessage = ({ data }: MessageEvent<Uint8Array>) => this.#line.receive(data)
  }

  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const speaker = outputs[0]?.[0]
    if (speaker) this.#line.process(inputs[0]?.[0] ?? null, speaker)
    return true
  }
}

registerProcessor('agent-line', AgentLineProcessor)
