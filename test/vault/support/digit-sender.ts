import net from 'node:net'
import { digitFrame } from '../../../src/contracts/digit-port.ts'
import type { CollectionOpened } from '../../../src/contracts/vault-port.ts'

/** The bridge's end of a collection's socket: frames out, acknowledgements in. */
export class DigitSender {
  readonly acks: number[] = []
  readonly closed: Promise<void>
  readonly #socket: net.Socket
  readonly #ticket: Buffer
  #seq = 0
  #wake: (() => void) | undefined
  #isClosed = false

  static async connect({ digitsPath, ticket }: CollectionOpened): Promise<DigitSender> {
    const socket = net.connect(digitsPath)
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', reject)
    })
    return new DigitSender(socket, Buffer.from(ticket, 'base64url'))
  }

  constructor(socket: net.Socket, ticket: Buffer) {
    this.#socket = socket
    this.#ticket = ticket
    let held = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk])
      for (; held.length >= digitFrame.ackBytes; held = held.subarray(digitFrame.ackBytes)) {
        this.acks.push(held.readUInt32BE(0))
      }
      this.#wake?.()
    })
    socket.on('error', () => {})
    this.closed = new Promise((resolve) =>
      socket.on('close', () => {
        this.#isClosed = true
        this.#wake?.()
        resolve()
      }),
    )
  }

  /** Sends keys one at a time, each after the answer to the last. */
  async key(keys: string): Promise<void> {
    for (const key of keys) await this.frame(frameOf(key.charCodeAt(0), this.#seq++, this.#ticket))
  }

  /** Sends raw bytes, and waits for an answer or the end. */
  async frame(bytes: Uint8Array): Promise<void> {
    const before = this.acks.length
    this.#socket.write(bytes)
    // Whoever searches this process's memory for the card must not find the test's own frames.
    while (this.acks.length === before && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes)
  }

  close(): void {
    this.#socket.destroy()
  }
}

export function frameOf(code: number, seq: number, ticket: Uint8Array): Buffer {
  const frame = Buffer.alloc(digitFrame.bytes)
  frame[digitFrame.at.mark] = digitFrame.mark
  frame[digitFrame.at.digit] = code
  frame.writeUInt16BE(80, digitFrame.at.toneMs)
  frame.writeUInt32BE(seq, digitFrame.at.seq)
  frame.set(ticket, digitFrame.at.ticket)
  return frame
}
