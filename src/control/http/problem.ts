import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { AppError, codeOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { hideCardNumbers } from '../../base/luhn-tripwire.ts'
import { RequestRefused } from '../../base/rpc/rpc-client.ts'
import type { Problem } from '../../contracts/desk-port.ts'
import { StoreUnavailable, troubleOf } from '../store/store-health.ts'
import { statusOf } from './error-status.ts'
import {
  BodyNotJson,
  BodyTooLarge,
  Internal,
  MediaTypeUnsupported,
  RateLimited,
  RequestInvalid,
} from './errors.ts'

export type ProblemOptions = { readonly publicUrl: string; readonly log: Log }

/** Answers an error as application/problem+json (RFC 9457). What is ours and unforeseen is logged, and not shown. */
export function sendProblem(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  options: ProblemOptions,
) {
  const error = asAppError(thrown)
  const status = statusOf(error)
  if (status >= 500) {
    const facts = { error: thrown, requestId: request.id, method: request.method, status }
    options.log.error({ ...facts, route: request.routeOptions.url ?? null }, 'a request failed')
  }
  request.nothingDone = error.remedy === 'retry'
  const { retryAfterMs } = error as { retryAfterMs?: number }
  if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1000))
  if (status === 401) reply.header('www-authenticate', 'Bearer')
  return reply
    .code(status)
    .type('application/problem+json')
    .serializer((body: unknown) => JSON.stringify(body))
    .send(describe(error, status, request.id, options.publicUrl))
}

function describe(error: AppError, status: number, requestId: string, publicUrl: string): Problem {
  const { field } = error as { field?: string }
  return {
    type: `${publicUrl}/docs/errors#${error.code.toLowerCase()}`,
    title: titleOf(error.code),
    status,
    code: error.code,
    detail: hideCardNumbers(error.message || titleOf(error.code)),
    remedy: error.remedy,
    ...(field === undefined ? {} : { field: hideCardNumbers(field) }),
    requestId,
  }
}

/** `LOG_IN_REFUSED` → `Log in refused`. */
function titleOf(code: string): string {
  const words = code.toLowerCase().replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function asAppError(thrown: unknown): AppError {
  // Another process's refusal is between us and it: the client asked us.
  if (thrown instanceof RequestRefused)
    return new Internal('another process of the platform refused its part')
  if (thrown instanceof AppError) return thrown
  if (troubleOf(thrown) !== null) return new StoreUnavailable()
  if (hasZodFastifySchemaValidationErrors(thrown)) return asInvalid(thrown as FastifyError)
  const { statusCode } = (thrown ?? {}) as { statusCode?: unknown }
  if (statusCode === 413) return new BodyTooLarge('the body is too large')
  if (statusCode === 415) return new MediaTypeUnsupported('send application/json')
  if (statusCode === 429) return new RateLimited('too many requests from this address')
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return fromFastify(codeOf(thrown))
  return new Internal('something went wrong on our side')
}

function fromFastify(code: string): AppError {
  const aboutJson = code === 'FST_ERR_CTP_INVALID_JSON_BODY' || code === 'SyntaxError'
  return aboutJson
    ? new BodyNotJson('the body is not valid JSON')
    : new RequestInvalid('the request cannot be read')
}

/** The first fault only; its message is zod's, which names types and limits but quotes no value. */
function asInvalid({
  validation,
  validationContext,
}: Pick<FastifyError, 'validation' | 'validationContext'>) {
  const first = validation?.[0]
  const extra = (first?.params as { keys?: string[] } | undefined)?.keys?.[0]
  const base = first?.instancePath === '/' ? '' : (first?.instancePath ?? '')
  const pointer = extra === undefined ? base : `${base}/${escapePointer(extra)}`
  return new RequestInvalid(`${validationContext ?? 'request'}: ${first?.message ?? 'invalid'}`, pointer)
}

/** RFC 6901 §3. */
function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}
