import workletUrl from './handset.worklet.ts?worker&url'
import type { FromSound, ToSound } from './sound-messages.ts'

/** The browser's sound device, as far as the phone uses it. Made after a click: browsers ask for that. */
export class Sound {
  readonly #context: AudioContext
  readonly #node: AudioWorkletNode
  #microphone: { stream: MediaStream; source: MediaStreamAudioSourceNode } | undefined

  private constructor(context: AudioContext, node: AudioWorkletNode) {
    this.#context = context
    this.#node = node
    node.connect(context.destination)
  }

  /** Throws when the browser has no sound device, or only over HTTPS. */
  static async open(listener: (message: FromSound) => void): Promise<Sound> {
    const context = new AudioContext({ latencyHint: 'interactive' })
    try {
      await context.audioWorklet.addModule(workletUrl)
      const options = { numberOfInputs: 1, numberOfOutputs: 1, outputChannelCount: [1] }
      const node = new AudioWorkletNode(context, 'handset', options)
      node.port.onmessage = ({ data }: MessageEvent<FromSound>) => listener(data)
      return new Sound(context, node)
    } catch (error) {
      await context.close()
      throw error
    }
  }

  tell(message: ToSound): void {
    this.#node.port.postMessage(message)
  }

  async wake(): Promise<void> {
    await this.#context.resume()
  }

  /** Between calls: nothing is heard, and no microphone stays open. */
  rest(): void {
    this.closeMicrophone()
    this.tell({ type: 'clear' })
    void this.#context.suspend()
  }

  /** Asks for the microphone. Throws when it is refused. */
  async openMicrophone(): Promise<void> {
    if (this.#microphone) return
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true },
    })
    const source = this.#context.createMediaStreamSource(stream)
    source.connect(this.#node)
    this.#microphone = { stream, source }
  }

  closeMicrophone(): void {
    this.#microphone?.source.disconnect()
    for (const track of this.#microphone?.stream.getTracks() ?? []) track.stop()
    this.#microphone = undefined
  }
}
