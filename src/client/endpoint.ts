import { z } from 'zod'

/** What an operation takes and answers. Where it is found stands in `routes.ts`. */
export type Endpoint<Body, Answer> = {
  readonly body: z.ZodType<unknown, Body>
  readonly answer: z.ZodType<Answer>
}

export const nothing = z.strictObject({})

/** Of operations without a body. */
export function answers<A>(answer: z.ZodType<A>): Endpoint<undefined, A> {
  return { body: z.undefined(), answer }
}

export function takes<B, A>(body: z.ZodType<unknown, B>, answer: z.ZodType<A>): Endpoint<B, A> {
  return { body, answer }
}

export const all = <T extends z.ZodType>(item: T) =>
  z.strictObject({ data: z.array(item), nextCursor: z.null() })
