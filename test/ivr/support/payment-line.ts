import { type DemoCard, demoCard } from '../../../src/demo/demo-cards.ts'
import type { HearingCaller } from './hearing-caller.ts'

/** A prompt that is waited for, and the keys that answer it at once. */
export type Reply = readonly [prompt: string, keys: string]

export type PaidOptions = {
  readonly locale?: 'en-GB' | 'de-DE'
  readonly account: string
  readonly card?: DemoCard
}

/**
 * Through config/flows/payment-line.yaml from the first word to the last question, every question answered at the first
 * word of what is said. Of a card, one that the sandbox approves unless told.
 */
export function paidReplies({ locale = 'en-GB', account, card = demoCard('visa', Date.now()) }: PaidOptions) {
  const replies: readonly Reply[] = [
    ['language.this', locale === 'en-GB' ? '1' : '2'],
    ['reference.ask', `${account}#`],
    ['amount.is', '1'],
    ['card.begin', card.pan],
    ['expiry.ask', card.expiry],
    [card.name === 'amex' ? 'csc.ask.amex' : 'csc.ask', card.csc],
    ['card.ending', '1'],
    ['confirmation.is', '2'],
    ['receipt.ask', '1'],
    ['another.ask', '2'],
  ]
  return replies.map(([id, keys]): Reply => [`${locale}/${id}`, keys])
}

/** Answers all of these, one after the other. */
export async function reply(caller: HearingCaller, replies: readonly Reply[]): Promise<void> {
  for (const [prompt, keys] of replies) await caller.answer(prompt, keys)
}

/** What is heard beside that, and before which question. */
const between: Readonly<Record<string, string>> = {
  greeting: 'language.this',
  'pan.ask': 'card.begin',
  authorising: 'confirmation.is',
  approved: 'confirmation.is',
}

/** Answers everything that is asked before this prompt, and settles when it is heard. */
export async function replyUntil(
  caller: HearingCaller,
  replies: readonly Reply[],
  prompt: string,
): Promise<void> {
  const [locale, id = ''] = prompt.split('/')
  const next = `${locale}/${between[id] ?? id}`
  const at = replies.findIndex(([asked]) => asked === next)
  if (at < 0) throw new Error(`nobody who pays hears ${prompt}`)
  await reply(caller, replies.slice(0, at))
  await caller.hears(prompt)
}
