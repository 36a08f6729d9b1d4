import net from 'node:net'
import type { Clock, Timer } from '../base/clock.ts'
import { digitFrame } from '../contracts/digit-port.ts'
import { DigitsUnreachable } from './bridge-errors.ts'

/** Time for the card process to take the connection, and to acknowledge a digit, in ms. */
const answerWithinMs = 2_000
/** A smaller typed array would live on the moving heap, where a copy may stay behind. */
const offHeapBytes = 128

export type CollectionSocketOptions = {
  readonly path: string
  /** base64url of the ticket's 32 bytes. */
  readonly ticket: string
  readonly clock: Clock
  /** The socket closed, or a digit could not be delivered. Called once, and never after `close`. */
  readonly onLost: () => void
}

/**
 * The way of one collection's digits to its card process. A digit lives in a frame that is wiped as soon as the
 * kernel has it; while a write is under way one more digit can wait, and a third means that digits are lost.
 */
export class CollectionSocket {
  readonly #options: CollectionSocketOptions
  readonly #socket: net.Socket
  readonly #ticket: Buffer
  #flying = newFrame()
  #waiting = newFrame()
  #isFlying = false
  #isWaiting = false
  #seq = 0
  #acknowledged = 0
  readonly #ack = Buffer.alloc(digitFrame.ackBytes)
  #ackBytes = 0
  #ackTimer: Timer | undefined
  #closed = false

  private constructor(options: CollectionSocketOptions, socket: net.Socket) {
    this.#options = options
    this.#socket = socket
    this.#ticket = Buffer.allocUnsafeSlow(offHeapBytes)
    this.#ticket.write(options.ticket, 'base64url')
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('error', () => this.#lose())
    socket.on('close', () => this.#lose())
  }

  static connect(options: CollectionSocketOptions): Promise<CollectionSocket> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(options.path)
      const fail = () => {
        timer.cancel()
        socket.destroy()
        reject(new DigitsUnreachable())
      }
      const timer = options.clock.after(answerWithinMs, fail)
      socket.once('error', fail)
      socket.once('connect', () => {
        timer.cancel()
        socket.off('error', fail)
        resolve(new CollectionSocket(options, socket))
      })
    })
  }

  /** Every digit that was given has been acknowledged: a close now loses nothing. */
  get isSettled(): boolean {
    return this.#acknowledged === this.#seq
  }

  /** Sends one digit (its ASCII code). `toneMs` is how long the tone has been heard, 0 when it was not. */
  append(digit: number, toneMs: number): void {
    if (this.#closed) return
    if (this.#isWaiting) {
      this.#lose()
      return
    }
    const frame = this.#isFlying ? this.#waiting : this.#flying
    frame[digitFrame.at.mark] = digitFrame.mark
    frame[digitFrame.at.digit] = digit
    frame.writeUInt16BE(Math.max(0, Math.min(65_535, Math.round(toneMs))), digitFrame.at.toneMs)
    frame.writeUInt32BE(this.#seq++, digitFrame.at.seq)
    this.#ticket.copy(frame, digitFrame.at.ticket, 0, digitFrame.ticketBytes)
    if (this.#isFlying) this.#isWaiting = true
    else this.#write()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#ackTimer?.cancel()
    this.#socket.destroy()
    this.#ticket.fill(0)
    this.#flying.fill(0)
    this.#waiting.fill(0)
  }

  #write(): void {
    this.#isFlying = true
    const frame = this.#flying
    this.#ackTimer ??= this.#awaitAck()
    let isGone = false
    const gone = () => {
      if (isGone) return
      isGone = true
      frame.fill(0)
      this.#isFlying = false
      if (!this.#isWaiting || this.#closed) return
      this.#isWaiting = false
      this.#flying = this.#waiting
      this.#waiting = frame
      this.#write()
    }
    this.#socket.write(frame, gone)
    // The kernel mostly has it by now, and the callback comes a turn later: after a stall of the network several
    // presses can be heard in one turn, and none has to wait for that.
    if (this.#socket.writableLength === 0) gone()
  }

  #receive(chunk: Buffer): void {
    for (const byte of chunk) {
      this.#ack[this.#ackBytes++] = byte
      if (this.#ackBytes < digitFrame.ackBytes) continue
      this.#ackBytes = 0
      if (this.#ack.readUInt32BE(0) !== this.#acknowledged || this.#acknowledged >= this.#seq) {
        this.#lose()
        return
      }
      this.#acknowledged++
      this.#ackTimer?.cancel()
      this.#ackTimer = this.#acknowledged < this.#seq ? this.#awaitAck() : undefined
    }
  }

  #awaitAck(): Timer {
    return this.#options.clock.after(answerWithinMs, () => this.#lose())
  }

  #lose(): void {
    if (this.#closed) return
    this.close()
    this.#options.onLost()
  }
}

function newFrame(): Buffer {
  return Buffer.allocUnsafeSlow(offHeapBytes).fill(0).subarray(0, digitFrame.bytes)
}
