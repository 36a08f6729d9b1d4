import { z } from 'zod'

export type Endpoint<Body, Answer> = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `{id}` is filled from the parameters. */
  readonly path: string
  readonly body: z.ZodType<unknown, Body>
  readonly answer: z.ZodType<Answer>
}

export const nothing = z.strictObject({})

export function get<A>(path: string, answer: z.ZodType<A>): Endpoint<undefined, A> {
  return { method: 'GET', path, body: z.undefined(), answer }
}

export function post<B, A>(path: string, body: z.ZodType<unknown, B>, answer: z.ZodType<A>): Endpoint<B, A> {
  return { method: 'POST', path, body, answer }
}

export const all = <T extends z.ZodType>(item: T) =>
  z.strictObject({ data: z.array(item), nextCursor: z.null() })
