import { z } from 'zod'
import { Locale } from '../contracts/prompts.ts'
import { flowFaults } from './flow-faults.ts'
import { Step, StepName } from './flow-steps.ts'
import { spokenCurrencies } from './speech/language.ts'

/** One file of `ivr.flowsDir`: how a call without an agent goes. `tonewall flow explain` shows it as a dialogue. */
export const Flow = z
  .strictObject({
    title: z.string().min(1).max(80),
    /** ISO 4217; of amounts that are keyed, and that a look-up gives no currency for. */
    currency: z.enum(spokenCurrencies),
    /** The first is spoken until another is chosen. */
    locales: z.array(Locale).min(1).max(8),
    /** Times of answers; those of the card's digits are `collection`'s. */
    answerSeconds: z.number().int().min(2).max(60).default(7),
    betweenKeysSeconds: z.number().int().min(1).max(30).default(4),
    /** Of each question, each field and each card, before the step fails. */
    attempts: z.number().int().min(1).max(9).default(3),
    /** The longest that a caller is kept without an agent. */
    callMinutes: z.number().int().min(1).max(60).default(15),
    start: StepName,
    /** Where two stars lead. */
    cancelled: StepName,
    /** Where a call goes on that the platform lost sight of for a moment. */
    interrupted: StepName,
    steps: z.record(StepName, Step),
  })
  .superRefine((flow, context) => {
    for (const { path, message } of flowFaults(flow)) context.addIssue({ code: 'custom', path, message })
  })
export type Flow = z.output<typeof Flow>
