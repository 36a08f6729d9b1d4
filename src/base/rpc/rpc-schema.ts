import { z } from 'zod'

/**
 * What two processes say to each other over a Unix socket. The floor above declares, per boundary, the methods with
 * their parameters and results, and the events that the server sends unasked; both sides check both ways.
 */
export type RpcContract = {
  readonly methods: Readonly<Record<string, { readonly params: z.ZodType; readonly result: z.ZodType }>>
  readonly event: z.ZodType
}

export type MethodName<C extends RpcContract> = keyof C['methods'] & string
export type ParamsOf<C extends RpcContract, M extends MethodName<C>> = z.output<C['methods'][M]['params']>
export type ResultOf<C extends RpcContract, M extends MethodName<C>> = z.output<C['methods'][M]['result']>
export type EventOf<C extends RpcContract> = z.output<C['event']>

/** The largest message either side accepts, in bytes. */
export const capBytes = 1024 * 1024

/** First on every connection: the client proves that the supervisor, or the operator's secret, introduced it. */
export const Hello = z.strictObject({ type: z.literal('hello'), token: z.string().min(32).max(128) })

export const Request = z.strictObject({
  type: z.literal('request'),
  id: z.number().int().nonnegative(),
  method: z.string().max(64),
  params: z.unknown(),
})

export const ServerMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('welcome') }),
  z.strictObject({ type: z.literal('result'), id: z.number().int(), result: z.unknown() }),
  z.strictObject({ type: z.literal('error'), id: z.number().int(), code: z.string().max(64) }),
  z.strictObject({ type: z.literal('event'), event: z.unknown() }),
])
