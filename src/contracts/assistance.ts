import { z } from 'zod'
import { Locale } from './prompts.ts'

/** What helps a caller beside an agent to key a card; chosen by the agent, for as long as the call goes on. */
export const Assistance = z.strictObject({
  prompts: z
    .enum(['silence', 'beeps', 'spoken'])
    .default('silence')
    .describe(
      'What the caller alone hears: nothing, a beep for each digit that was taken, or what to key next',
    ),
  locale: Locale.default('en-GB').describe('Of spoken prompts'),
  muteCaller: z
    .boolean()
    .default(false)
    .describe('The agent hears silence while the card number is keyed, so that none is read aloud to them'),
})
export type Assistance = z.output<typeof Assistance>
