import type { FastifyReply, FastifyRequest } from 'fastify'
import { cut, internalError, sendAnswer, sendBroken } from './broken-answer.ts'
import type { Fault } from './faults.ts'
import { keyOf, type Parts } from './parts.ts'
import { type FaultKind, type Operation, Refusal } from './wire.ts'

export type Answering = {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly body: object
  readonly operation: Operation
  /** Minor units; 0 where the request names none. */
  readonly amount: number
  /** Writes to the ledger, in one transaction with the answer. */
  readonly work: (fault: FaultKind) => object
  /** Runs what may take its time before the commit. */
  readonly during?: (waiting: () => Promise<void>) => Promise<void>
}

/** Answers an intent once, however often it is sent, in the way in which the planned fault breaks it. */
export async function answerWithFaults(parts: Parts, answering: Answering): Promise<FastifyReply> {
  const { once, faults, log, stopping } = parts
  const { request, reply, body, operation, amount, work, during = (waiting) => waiting() } = answering
  const key = keyOf(request)
  let fault: Fault | undefined
  try {
    const answer = await once.run(
      { key, path: request.url, body },
      {
        prepare: () => {
          const met = faults.take(amount, key, operation)
          fault = met
          if (met.kind !== 'none') log.warn({ kind: met.kind, operation }, 'fault injected')
          return during(() => beforeCommit(parts, met, reply))
        },
        work: () => ({ status: 201, body: JSON.stringify(work(fault?.kind ?? 'none')) }),
      },
    )
    if (answer.replayed) return sendAnswer(reply.header('idempotent-replayed', 'true'), answer)
    return fault ? sendBroken(reply, answer, { fault, stopping }) : sendAnswer(reply, answer)
  } catch (error) {
    if (!(error instanceof FailedBefore)) throw error
    return error.kind === 'error-500-before' ? reply.code(500).send(internalError) : cut(reply)
  }
}

/** All that happens before the commit; throws FailedBefore when there shall be none. */
async function beforeCommit(parts: Parts, fault: Fault, reply: FastifyReply): Promise<void> {
  if (fault.kind === 'reset-before-commit' || fault.kind === 'error-500-before')
    throw new FailedBefore(fault.kind)
  if (fault.kind === 'hang-before-commit') {
    await closed(reply, parts.stopping)
    throw new FailedBefore(fault.kind)
  }
  if (fault.kind === 'slow') await wait(parts, fault.slowMs)
}

/** Until the client has gone, or the gateway stops. */
function closed(reply: FastifyReply, stopping: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stopping.removeEventListener('abort', done)
      resolve()
    }
    reply.raw.once('close', done)
    stopping.addEventListener('abort', done)
  })
}

function wait({ clock, stopping }: Parts, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      timer.cancel()
      reject(new Refusal(503, 'stopping', 'The gateway is stopping; nothing was committed.'))
    }
    const timer = clock.after(ms, () => {
      stopping.removeEventListener('abort', stop)
      resolve()
    })
    stopping.addEventListener('abort', stop, { once: true })
  })
}

class FailedBefore extends Error {
  readonly kind: FaultKind
  constructor(kind: FaultKind) {
    super('a planned fault, before anything was committed')
    this.kind = kind
  }
}
