import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Clock } from '../../base/clock.ts'
import { newSid } from './sid.ts'

const keep = 1_000

/** The subset of Twilio's parameters that is simulated; another one is refused. */
const CreateMessage = z
  .strictObject({
    To: z.string().regex(/^\+[1-9]\d{4,14}$/),
    From: z.string().optional(),
    MessagingServiceSid: z
      .string()
      .regex(/^MG[0-9a-f]{32}$/)
      .optional(),
    Body: z.string().min(1).max(1_600),
  })
  .refine(({ From, MessagingServiceSid }) => From !== undefined || MessagingServiceSid !== undefined, 'From')

const ListMessages = z.object({
  To: z.string().optional(),
  From: z.string().optional(),
  'DateSent>': z.string().optional(),
  PageSize: z.coerce.number().int().min(1).max(1_000).default(50),
})

type Message = {
  readonly sid: string
  readonly to: string
  readonly from: string | null
  readonly body: string
  readonly at: number
}

/** `/Messages.json`: text messages that nobody's phone shows, kept as Twilio would list them, newest first. */
export function textMessages(
  server: FastifyInstance,
  { accountSid, clock }: { accountSid: string; clock: Clock },
): void {
  const messages: Message[] = []
  const resource = ({ sid, to, from, body, at }: Message) => ({
    sid,
    account_sid: accountSid,
    api_version: '2010-04-01',
    to,
    from,
    body,
    status: 'delivered',
    direction: 'outbound-api',
    num_segments: String(Math.ceil(body.length / 153)),
    error_code: null,
    error_message: null,
    date_created: new Date(at).toUTCString().replace('GMT', '+0000'),
    date_sent: new Date(at).toUTCString().replace('GMT', '+0000'),
    uri: `/2010-04-01/Accounts/${accountSid}/Messages/${sid}.json`,
  })
  server.post('/Messages.json', async (request, reply) => {
    const { To, From = null, Body } = CreateMessage.parse(request.body)
    const message = { sid: newSid('SM'), to: To, from: From, body: Body, at: clock.now() }
    messages.unshift(message)
    messages.length = Math.min(messages.length, keep)
    return reply.code(201).send({ ...resource(message), status: 'queued' })
  })
  server.get('/Messages.json', async (request) => {
    const { To, From, 'DateSent>': since, PageSize } = ListMessages.parse(request.query)
    const found = messages
      .filter(({ to }) => To === undefined || to === To)
      .filter(({ from }) => From === undefined || from === From)
      .filter(({ at }) => since === undefined || at >= Date.parse(since))
    return { messages: found.slice(0, PageSize).map(resource), next_page_uri: null }
  })
}
