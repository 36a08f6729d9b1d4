import { timingSafeEqual } from 'node:crypto'
import formbody from '@fastify/formbody'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Clock } from '../../base/clock.ts'
import { AppError, codeOf } from '../../base/errors.ts'
import type { Secret } from '../../base/secret.ts'
import { callResource, restError } from './call-resource.ts'
import type { Carrier } from './carrier.ts'
import type { Source } from './perform-twiml.ts'
import { callEvents } from './status-callbacks.ts'
import { textMessages } from './text-messages.ts'
import { target } from './twiml.ts'

export type RestApiOptions = {
  readonly carrier: Carrier
  readonly accountSid: string
  readonly authToken: Secret
  readonly clock: Clock
}

const several = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat())

/** The subset of Twilio's parameters that is simulated; another one is refused, so that nobody relies on it. */
const CreateCall = z.strictObject({
  To: z.string().regex(/^(client:[\w.@-]{1,120}|\+[1-9]\d{4,14})$/),
  From: z.string().min(1).max(128),
  Url: z.string().optional(),
  Method: z.string().optional(),
  Twiml: z.string().max(4_000).optional(),
  StatusCallback: z.string().optional(),
  StatusCallbackMethod: z.string().optional(),
  StatusCallbackEvent: several.pipe(z.array(z.enum(callEvents))).optional(),
  Timeout: z.coerce.number().int().min(1).max(600).default(60),
})

const UpdateCall = z.strictObject({
  Status: z.enum(['completed', 'canceled']).optional(),
  Url: z.string().optional(),
  Method: z.string().optional(),
  Twiml: z.string().max(4_000).optional(),
})

const ListCalls = z.object({
  Status: z.string().optional(),
  To: z.string().optional(),
  From: z.string().optional(),
  PageSize: z.coerce.number().int().min(1).max(1_000).default(50),
  Page: z.coerce.number().int().min(0).default(0),
})

type WithSid = FastifyRequest<{ Params: { sid: string } }>

/** `/2010-04-01/Accounts/{AccountSid}/Calls…` and `…/Messages`: what the `twilio` package asks of Twilio's REST API. */
export async function restApi(server: FastifyInstance, options: RestApiOptions): Promise<void> {
  const { carrier, accountSid } = options
  const expected = `Basic ${Buffer.from(`${accountSid}:${options.authToken.reveal()}`).toString('base64')}`
  await server.register(formbody, { bodyLimit: 65_536 })

  server.addHook('onRequest', async (request, reply) => {
    if (!same(request.headers.authorization ?? '', expected))
      return reply.code(401).send(restError(401, 20003, 'Authenticate'))
  })
  server.setErrorHandler((error, _request, reply) => {
    const invalid = error instanceof z.ZodError || error instanceof AppError
    const message = error instanceof z.ZodError ? whatIsWrong(error) : codeOf(error)
    const status = invalid ? 400 : 500
    return reply.code(status).send(restError(status, invalid ? 21218 : 20500, message))
  })

  textMessages(server, options)

  server.post('/Calls.json', async (request, reply) => {
    const asked = CreateCall.parse(request.body)
    const call = carrier.callAgent({
      to: asked.To,
      from: asked.From,
      source: sourceOf(asked),
      statusCallback: asked.StatusCallback
        ? target(asked.StatusCallback, asked.StatusCallbackMethod)
        : undefined,
      statusEvents: new Set(asked.StatusCallbackEvent ?? ['completed']),
      timeoutSeconds: asked.Timeout,
    })
    return reply.code(201).send(callResource(call))
  })

  server.get('/Calls.json', async (request) => listCalls(carrier, ListCalls.parse(request.query)))

  server.get('/Calls/:sid.json', async (request: WithSid, reply) => {
    const call = carrier.find(request.params.sid)
    return call ? callResource(call) : notFound(reply)
  })

  server.post('/Calls/:sid.json', async (request: WithSid, reply) => {
    const call = carrier.find(request.params.sid)
    if (!call) return notFound(reply)
    const asked = UpdateCall.parse(request.body)
    if (call.over)
      return reply.code(400).send(restError(400, 21220, 'Call is not in-progress. Cannot redirect.'))
    if (asked.Status)
      call.end(call.status === 'in-progress' ? 'completed' : 'canceled', 'hung-up-by-platform')
    else call.perform(sourceOf(asked))
    return callResource(call)
  })
}

function sourceOf({
  Url,
  Method,
  Twiml,
}: {
  Url?: string | undefined
  Method?: string | undefined
  Twiml?: string | undefined
}): Source {
  return Twiml === undefined ? target(Url ?? '', Method) : { twiml: Twiml }
}

function listCalls(carrier: Carrier, asked: z.output<typeof ListCalls>) {
  const found = carrier.calls
    .filter(({ status }) => asked.Status === undefined || status === asked.Status)
    .filter(({ options }) => asked.To === undefined || options.to === asked.To)
    .filter(({ options }) => asked.From === undefined || options.from === asked.From)
    .reverse()
  const start = asked.Page * asked.PageSize
  return {
    calls: found.slice(start, start + asked.PageSize).map(callResource),
    page: asked.Page,
    page_size: asked.PageSize,
    start,
    end: Math.min(found.length, start + asked.PageSize) - 1,
    next_page_uri: null,
    previous_page_uri: null,
  }
}

function notFound(reply: FastifyReply) {
  return reply.code(404).send(restError(404, 20404, 'The requested resource was not found'))
}

function same(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function whatIsWrong(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.') || 'request'}: ${message}`).join('; ')
}
