import type { TLSSocket } from 'node:tls'
import { bodyBytesOf, headEnd, type PostedHead, readHead } from './posted-head.ts'

/** Head and body together; the standard's requests are below one kilobyte. */
export const postedCapBytes = 16 * 1024

export type Received =
  /** The body is a part of memory that is the receiver's to wipe. */
  | { readonly is: 'whole'; readonly head: PostedHead; readonly body: Buffer }
  | { readonly is: 'refused'; readonly status: string }

/**
 * Reads one request into one fixed piece of memory outside the heap. What TLS hands over is copied there and wiped at
 * once. `done` is called once; what comes after the request is wiped unread.
 */
export function receiveRequest(socket: TLSSocket, done: (received: Received) => void): void {
  const memory = Buffer.allocUnsafeSlow(postedCapBytes).fill(0)
  let length = 0
  let over = false
  const finish = (received: Received) => {
    over = true
    if (received.is === 'refused') memory.fill(0)
    done(received)
  }
  socket.on('data', (chunk: Buffer) => {
    const fits = length + chunk.length <= memory.length
    if (!over && fits) length += chunk.copy(memory, length)
    chunk.fill(0)
    if (over) return
    if (!fits) finish({ is: 'refused', status: '413 Content Too Large' })
    else {
      const received = look(memory.subarray(0, length))
      if (received) finish(received)
    }
  })
}

/** Undefined while more has to come. */
function look(bytes: Buffer): Received | undefined {
  const end = bytes.indexOf(headEnd)
  if (end < 0) return undefined
  const head = readHead(bytes.subarray(0, end))
  if (!head) return { is: 'refused', status: '400 Bad Request' }
  const bodyBytes = bodyBytesOf(head)
  if (bodyBytes === undefined) return { is: 'refused', status: '411 Length Required' }
  const from = end + headEnd.length
  if (from + bodyBytes > postedCapBytes) return { is: 'refused', status: '413 Content Too Large' }
  if (bytes.length < from + bodyBytes) return undefined
  return { is: 'whole', head, body: bytes.subarray(from, from + bodyBytes) }
}
