import type { FastifyReply } from 'fastify'
import type { Fault } from './faults.ts'
import type { Answer } from './once-only.ts'
import { errorBody } from './wire.ts'

export const internalError = errorBody('internal_error', 'Something went wrong at the gateway.')

export const sendAnswer = (reply: FastifyReply, { status, body }: Answer) =>
  reply.code(status).type('application/json; charset=utf-8').send(body)

/** Sends the answer to what has been committed, in the way in which the fault breaks it. */
export function sendBroken(
  reply: FastifyReply,
  answer: Answer,
  { fault, stopping }: { readonly fault: Fault; readonly stopping: AbortSignal },
): FastifyReply {
  switch (fault.kind) {
    case 'hang':
      return hang(reply, stopping)
    case 'reset-after-commit':
      return cut(reply)
    case 'error-500-after':
      return reply.code(500).send(internalError)
    case 'truncated':
      return truncate(reply, answer)
    case 'wrong-echo':
      return sendAnswer(reply, { ...answer, body: withAnotherAmount(answer.body) })
    case 'unreadable':
      return reply.code(200).type('text/html').send('<html><body>Please come back later.</body></html>')
    default:
      return sendAnswer(reply, answer)
  }
}

/** Ends the connection without a byte of an answer. */
export function cut(reply: FastifyReply): FastifyReply {
  reply.hijack()
  reply.raw.socket?.destroy()
  return reply
}

/** Never answers: the client gives up, or the gateway stops. */
function hang(reply: FastifyReply, stopping: AbortSignal): FastifyReply {
  reply.hijack()
  const socket = reply.raw.socket
  const end = () => void socket?.destroy()
  stopping.addEventListener('abort', end, { once: true })
  socket?.once('close', () => stopping.removeEventListener('abort', end))
  return reply
}

/** A header that promises the whole body, half of it, and the end of the connection. */
function truncate(reply: FastifyReply, { status, body }: Answer): FastifyReply {
  reply.hijack()
  const bytes = Buffer.from(body)
  reply.raw.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length })
  reply.raw.write(bytes.subarray(0, bytes.length >> 1), () => reply.raw.socket?.destroy())
  return reply
}

function withAnotherAmount(body: string): string {
  const answer = JSON.parse(body) as { amount: number }
  return JSON.stringify({ ...answer, amount: answer.amount + 1 })
}
