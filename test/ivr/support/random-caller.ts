import { demoCard } from '../../../src/demo/demo-cards.ts'
import { randomFrom } from '../../support/random-from.ts'
import { HearingCaller } from './hearing-caller.ts'
import { StreamLine } from './stream-line.ts'

/** What became of one caller, as they themselves know it. */
export type CallerReport = {
  readonly reference: string
  readonly did: readonly string[]
  readonly heard: readonly string[]
  /** Heard that the payment has been made. */
  readonly approved: boolean
  /** Said yes to the last four digits of a card. */
  readonly yes: number
  /** How the call ended for them. `left`: nothing came any more, and nobody hung up. */
  readonly end: 'let-go' | 'hung-up' | 'with-agent' | 'left'
}

export type RandomCallerOptions = {
  readonly url: string
  readonly to: string
  readonly from: string
  /** Four digits that only this caller keys. */
  readonly account: string
  readonly seed: number
}

const cards = ['visa', 'visa', 'mastercard', 'amex', 'insufficient-funds', 'stolen', 'visa', 'mastercard']
/** What is answered, in either language. */
const questions = [
  ...[
    'language.this',
    'reference.ask',
    'amount.accept',
    'amount.ask.2',
    'card.begin',
    'pan.ask',
    'expiry.ask',
  ],
  ...['csc.ask', 'csc.ask.amex', 'card.ending', 'confirmation.is', 'receipt.ask', 'another.ask', 'transfer'],
]
/** Nobody answers for ever. */
const mostAnswers = 40

/**
 * A caller who does as chance has it, from a seed: keys right or wrong, clears, cancels, is silent, asks for an agent, or
 * hangs up in the middle of anything.
 */
export async function callAtRandom(options: RandomCallerOptions): Promise<CallerReport> {
  const { url, to, from, account, seed } = options
  const random = randomFrom(seed)
  const chance = (share: number) => random() < share
  const caller = new HearingCaller(await StreamLine.dial({ url, from, to, report: 'message' }))
  const locale = chance(0.3) ? 'de-DE' : 'en-GB'
  const wanted = questions.flatMap((id) => [`en-GB/${id}`, `de-DE/${id}`])
  const did: string[] = []
  let card = demoCard(cards[Math.floor(random() * cards.length)]!, Date.now())
  let yes = 0
  let end: CallerReport['end'] = 'let-go'

  const keysFor = (id: string): string | null => {
    switch (id) {
      case 'language.this':
        return locale === 'en-GB' ? '1' : '2'
      case 'reference.ask':
        return chance(0.1) ? '9999#' : chance(0.1) ? `${account.slice(0, 2)}*${account}#` : `${account}#`
      case 'amount.accept':
        return chance(0.15) ? '2' : '1'
      case 'amount.ask.2':
        return chance(0.3) ? '5#' : '1050#'
      case 'card.begin':
      case 'pan.ask':
        // Some hear the words before it to their end.
        if (id === 'card.begin' && chance(0.5)) return null
        card = demoCard(cards[Math.floor(random() * cards.length)]!, Date.now())
        if (chance(0.05)) return '**'
        return chance(0.12) ? `${card.pan.slice(0, -1)}${(Number(card.pan.at(-1)) + 1) % 10}#` : card.pan
      case 'expiry.ask':
        return chance(0.08) ? '0120' : chance(0.05) ? '1399' : card.expiry
      case 'csc.ask':
      case 'csc.ask.amex':
        return card.csc
      case 'card.ending':
        return chance(0.12) ? '2' : chance(0.06) ? '0' : chance(0.05) ? '**' : '1'
      case 'confirmation.is':
        return chance(0.2) ? '12' : '2'
      case 'receipt.ask':
        return chance(0.5) ? '1' : '2'
      case 'another.ask':
        return '2'
      default:
        return null
    }
  }

  for (let left = mostAnswers; left > 0; left--) {
    const ref = await caller.hears(...wanted).catch(() => undefined)
    if (ref === undefined) break
    const id = ref.slice(6)
    if (id === 'transfer') {
      end = 'with-agent'
      await new Promise((resolve) => setTimeout(resolve, 3_000))
      break
    }
    if (chance(0.05)) {
      did.push(`hangs up at ${id}`)
      end = 'hung-up'
      break
    }
    if (chance(0.02)) {
      did.push(`is silent at ${id}`)
      continue
    }
    const keys = keysFor(id)
    if (keys === null) continue
    if (id === 'card.ending' && keys === '1') yes++
    // Never the keys of a card, not even of a test's.
    did.push(`answers ${id}`)
    await caller.press(keys).catch(() => {})
    if (!caller.line.open) break
  }
  const isLeft = () => {
    end = 'left'
    did.push(`waited in vain after ${caller.refs.slice(-5).join(' ')}`)
  }
  if (end === 'let-go' && caller.line.open) await caller.isLetGo(120_000).catch(isLeft)
  await caller.line.hangUp()
  const heard = caller.refs
  return {
    ...{ reference: `order-${account}`, did, heard, yes, end },
    approved: heard.some((ref) => ref.endsWith('/approved')),
  }
}
