import workletUrl from './agent-line.worklet.ts?worker&url'
import { AgentStreams, type CarrierMessage } from './agent-streams.ts'

/**
 * Sandbox only: hears what the agent hears, from the simulated carrier, and may talk in the robot's place. In
 * production the agent has a telephone, and the desk no audio at all.
 */
export class AgentLine {
  /** The call that is listened to. */
  callId: string | null = null
  readonly #context: AudioContext
  readonly #node: AudioWorkletNode
  readonly #socket: WebSocket
  readonly #streams = new AgentStreams()
  #microphone: MediaStream | undefined

  private constructor(context: AudioContext, node: AudioWorkletNode, socket: WebSocket) {
    this.#context = context
    this.#node = node
    this.#socket = socket
    node.connect(context.destination)
    node.port.onmessage = ({ data }: MessageEvent<Uint8Array>) => this.#speak(data)
    socket.addEventListener('message', ({ data }: MessageEvent<string>) => this.#hear(data))
  }

  /** To be called from a click. Throws when there is no sound device or no carrier. */
  static async open(carrierUrl: string, onClosed: () => void): Promise<AgentLine> {
    const context = new AudioContext({ latencyHint: 'interactive' })
    try {
      await context.audioWorklet.addModule(workletUrl)
      const options = { numberOfInputs: 1, numberOfOutputs: 1, outputChannelCount: [1] }
      const node = new AudioWorkletNode(context, 'agent-line', options)
      const line = new AgentLine(context, node, await connect(carrierUrl))
      line.#socket.addEventListener('close', onClosed)
      await context.resume()
      return line
    } catch (error) {
      await context.close()
      throw error
    }
  }

  get talking(): boolean {
    return this.#microphone !== undefined
  }

  /** Throws when the microphone is refused. */
  async talk(): Promise<void> {
    const audio = { channelCount: 1, echoCancellation: true, noiseSuppression: true }
    this.#microphone = await navigator.mediaDevices.getUserMedia({ audio })
    this.#context.createMediaStreamSource(this.#microphone).connect(this.#node)
  }

  async close(): Promise<void> {
    this.#socket.close()
    for (const track of this.#microphone?.getTracks() ?? []) track.stop()
    await this.#context.close()
  }

  #hear(text: string): void {
    const message = JSON.parse(text) as CarrierMessage
    this.#streams.take(message)
    if (message.event !== 'media' || message.streamSid !== this.#streams.sidOf(this.callId)) return
    this.#node.port.postMessage(Uint8Array.from(atob(message.media.payload), (octet) => octet.charCodeAt(0)))
  }

  #speak(octets: Uint8Array): void {
    const streamSid = this.#streams.sidOf(this.callId)
    if (!this.talking || !streamSid || this.#socket.readyState !== WebSocket.OPEN) return
    const payload = btoa(String.fromCharCode(...octets))
    this.#socket.send(JSON.stringify({ event: 'media', streamSid, media: { payload } }))
  }
}

/** Joins the agents' end of the carrier: of all of them, as the sandbox's desk shows every call of the merchant. */
function connect(carrierUrl: string): Promise<WebSocket> {
  const url = new URL('/handset/agent', carrierUrl)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.searchParams.set('identity', '*')
  const socket = new WebSocket(url)
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(socket), { once: true })
    socket.addEventListener('error', () => reject(new Error('the carrier does not answer')), { once: true })
  })
}
