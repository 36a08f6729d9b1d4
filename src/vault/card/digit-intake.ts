import { Socket, type SocketConstructorOpts } from 'node:net'
import { digitCodes, digitFrame } from '../../contracts/digit-port.ts'

export type DigitIntakeOptions = {
  /** The collection's ticket, `digitFrame.ticketBytes` long. */
  readonly ticket: Uint8Array
  /** Takes one key, ASCII. */
  readonly onKey: (code: number) => void
}

const { at, bytes: frameBytes } = digitFrame
const ticketEnd = at.ticket + digitFrame.ticketBytes
/** Buffers of at least this size have memory of their own, outside the moving heap. */
const ownMemoryBytes = 128
const readBytes = 512

/**
 * Takes digits from the bridge. Bytes are read into one static buffer, each is wiped from it when it was looked at,
 * and a frame lies in one other static buffer until it is complete; a digit is a number from then on, until the digit
 * buffer has it.
 *
 * One connection counts at a time. A newer one takes over with its first valid frame, so that a bridge may reconnect,
 * and a stranger without the ticket cannot put it out.
 */
export class DigitIntake {
  readonly #options: DigitIntakeOptions
  #current: Socket | undefined
  #candidate: Socket | undefined
  #nextSeq = 0
  #closed = false

  constructor(options: DigitIntakeOptions) {
    this.#options = options
  }

  /** Takes over a connection, as Node's handle. */
  accept(handle: unknown): void {
    const frame = Buffer.allocUnsafeSlow(ownMemoryBytes).fill(0)
    let filled = 0
    const socket: Socket = new Socket({
      handle,
      onread: {
        buffer: Buffer.allocUnsafeSlow(readBytes),
        callback: (length: number, chunk: Uint8Array) => {
          for (let i = 0; i < length && !socket.destroyed; i++) {
            frame[filled++] = chunk[i]!
            if (filled < frameBytes) continue
            this.#take(frame, socket)
            frame.fill(0)
            filled = 0
          }
          chunk.fill(0, 0, length)
          return true
        },
      },
    } as unknown as SocketConstructorOpts)
    socket.on('error', () => {})
    socket.on('close', () => {
      frame.fill(0)
      this.#forget(socket)
    })
    if (this.#closed) {
      socket.destroy()
      return
    }
    this.#candidate?.destroy()
    this.#candidate = socket
  }

  close(): void {
    this.#closed = true
    // `end` first: the answer to the last digit is still on its way to the bridge.
    this.#current?.end(() => this.#current?.destroy())
    this.#candidate?.destroy()
  }

  #take(frame: Buffer, socket: Socket): void {
    const seq = frame.readUInt32BE(at.seq)
    // A gap means that a digit was lost on the way: a card with a hole in it is of no use to anyone.
    if (!this.#wellFormed(frame) || seq > this.#nextSeq || this.#closed) {
      socket.destroy()
      return
    }
    if (socket === this.#candidate) {
      this.#current?.destroy()
      this.#current = socket
      this.#candidate = undefined
    }
    const ack = Buffer.allocUnsafe(digitFrame.ackBytes)
    ack.writeUInt32BE(seq, 0)
    socket.write(ack)
    if (seq < this.#nextSeq) return
    this.#nextSeq++
    this.#options.onKey(frame[at.digit]!)
  }

  #wellFormed(frame: Buffer): boolean {
    // No early return on the ticket: how long a wrong one takes must not say how much of it was right.
    let difference = frame[at.mark]! ^ digitFrame.mark
    for (let i = 0; i < digitFrame.ticketBytes; i++) {
      difference |= frame[at.ticket + i]! ^ this.#options.ticket[i]!
    }
    for (let i = ticketEnd; i < frameBytes; i++) difference |= frame[i]!
    return difference === 0 && digitCodes.has(frame[at.digit]!)
  }

  #forget(socket: Socket): void {
    if (this.#current === socket) this.#current = undefined
    if (this.#candidate === socket) this.#candidate = undefined
  }
}
