import { AppError } from '../errors.ts'

/** A frame larger than its cap: the peer is broken or hostile, and the connection ends. */
export class FrameTooLarge extends AppError {
  readonly code = 'RPC_FRAME_TOO_LARGE'
  readonly remedy = 'page-someone'
}

export const headerBytes = 4

/**
 * One message on a stream:
 *
 *    0                   4                        4 + length
 *    +-------------------+------------------------+
 *    | length, uint32 BE | JSON, UTF-8            |
 *    +-------------------+------------------------+
 */
export function encodeFrame(message: unknown, capBytes: number): Buffer {
  const body = Buffer.from(JSON.stringify(message), 'utf8')
  if (body.length > capBytes) throw new FrameTooLarge()
  const frame = Buffer.allocUnsafe(headerBytes + body.length)
  frame.writeUInt32BE(body.length, 0)
  body.copy(frame, headerBytes)
  return frame
}

/** Cuts a stream of bytes into messages. Throws FrameTooLarge or SyntaxError; the connection is then unusable. */
export class FrameDecoder {
  readonly #capBytes: number
  #held: Buffer = Buffer.alloc(0)

  constructor(capBytes: number) {
    this.#capBytes = capBytes
  }

  *push(chunk: Buffer): Generator<unknown> {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    while (this.#held.length >= headerBytes) {
      const length = this.#held.readUInt32BE(0)
      if (length > this.#capBytes) throw new FrameTooLarge()
      if (this.#held.length < headerBytes + length) return
      const body = this.#held.subarray(headerBytes, headerBytes + length)
      this.#held = this.#held.subarray(headerBytes + length)
      yield JSON.parse(body.toString('utf8'))
    }
  }
}
