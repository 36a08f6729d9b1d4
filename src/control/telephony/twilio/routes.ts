import formbody from '@fastify/formbody'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Secret } from '../../../base/secret.ts'
import { RequestInvalid } from '../../http/errors.ts'
import { paths } from './addresses.ts'
import { requireSignature } from './signature.ts'
import { toldByTwilio } from './told.ts'
import type { TwilioCalls } from './twilio-calls.ts'
import { LegQuery, LegWebhook, StatusQuery, StatusWebhook, VoiceWebhook } from './wire.ts'

export type TwilioRoutesOptions = {
  readonly calls: TwilioCalls
  readonly authToken: Secret
  readonly publicUrl: string
}

/** Twilio's voice webhooks: form-encoded, signed, answered with TwiML. */
export function twilioRoutes(app: FastifyInstance, options: TwilioRoutesOptions): void {
  const { calls } = options
  void app.register(async (scope) => {
    await scope.register(formbody, { bodyLimit: 32 * 1024 })
    scope.addHook('preValidation', async (request) => requireSignature(request, options))

    const webhook = (path: string, answer: (request: FastifyRequest) => Promise<string | undefined>) =>
      scope.post(
        path,
        { config: { access: 'provider', rateLimit: false }, schema: { hide: true } },
        async (request, reply) => {
          const twiml = await answer(request)
          if (twiml === undefined) return reply.code(204).send()
          return reply.type('text/xml; charset=utf-8').send(twiml)
        },
      )

    webhook(paths.voice, (request) => {
      const { CallSid, From, To } = read(VoiceWebhook, request.body)
      const metadata = toldByTwilio(request.query, request.body)
      return calls.incoming({ callSid: CallSid, from: From, to: To, metadata })
    })
    webhook(paths.agent, (request) => {
      const { callId } = read(LegQuery, request.query)
      return calls.agentAnswered({ callSid: read(LegWebhook, request.body).CallSid, callId })
    })
    webhook(paths.resume, (request) => {
      const leg = read(LegQuery, request.query)
      return calls.resume({ callSid: read(LegWebhook, request.body).CallSid, ...leg })
    })
    webhook(paths.status, async (request) => {
      const { CallSid, CallStatus } = read(StatusWebhook, request.body)
      const { callId } = read(StatusQuery, request.query)
      await calls.status({ callSid: CallSid, callStatus: CallStatus, callId })
      return undefined
    })
  })
}

function read<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value)
  if (!result.success) throw new RequestInvalid('the webhook lacks what it has to say')
  return result.data
}
