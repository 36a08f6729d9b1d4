import { z } from 'zod'
import { TraceUnreadable } from './errors.ts'

/** One line of a trace: what a bridge received on one leg. Open objects: a trace may say more than is used here. */
const Rtp = z.object({
  /** Of arrival, in ms. */
  t: z.number(),
  kind: z.literal('rtp'),
  seq: z.number().int().min(0).max(0xffff),
  ts: z.number().int().min(0).max(0xffffffff),
  ssrc: z.number().int().min(0).max(0xffffffff),
  m: z.union([z.literal(0), z.literal(1), z.boolean()]).default(0),
  pt: z.number().int().min(0).max(127),
  payload: z.base64().max(8_192),
})
export type TracedRtp = z.infer<typeof Rtp>

const count = z.union([
  z.number().int().nonnegative(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
])
const TwilioMessage = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('media'),
    media: z.object({
      track: z.string().optional(),
      chunk: count,
      timestamp: count,
      payload: z.base64().max(8_192),
    }),
  }),
  z.object({
    event: z.literal('dtmf'),
    dtmf: z.object({ track: z.string().optional(), digit: z.string().regex(/^[0-9*#A-D]$/) }),
  }),
  z.object({ event: z.enum(['connected', 'start', 'mark', 'clear', 'stop']) }),
])
export type TwilioMessage = z.infer<typeof TwilioMessage>
const Ws = z.object({ t: z.number(), kind: z.literal('ws'), msg: TwilioMessage })

export type TraceLine = TracedRtp | z.infer<typeof Ws>
const Line = z.discriminatedUnion('kind', [Rtp, Ws])

/** Throws TraceUnreadable, which names the line and the property but never a value. */
export function readTraceLine(text: string, line: number): TraceLine {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw new TraceUnreadable(`line ${line} is not JSON`)
  }
  const read = Line.safeParse(parsed)
  if (read.success) return read.data
  const where = read.error.issues[0]?.path.join('.') ?? ''
  throw new TraceUnreadable(
    `line ${line} is not what a bridge receives${where === '' ? '' : `: look at "${where}"`}`,
  )
}
