import { z } from 'zod'

const Code = z.union([z.string(), z.number()])

/** 200 with an `error_code` is a decline; without one it is a charge or a token. */
export const Answer = z.object({
  charge_id: z.string().min(1).max(255).nullish(),
  token_id: z.string().min(1).max(255).nullish(),
  transaction_id: z.string().nullish(),
  error_code: Code.nullish(),
  error_message: z.string().nullish(),
})
export type Answer = z.output<typeof Answer>
