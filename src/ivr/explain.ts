import { exponentOf, formatMoney } from '../base/money.ts'
import type { Locale } from '../contracts/prompts.ts'
import type { Flow } from './flow.ts'
import type { Step, StepOf } from './flow-steps.ts'

export type ExplainOptions = {
  readonly flow: Flow
  /** What a prompt says; undefined when there is none of this id. */
  readonly textOf: (locale: Locale, id: string) => string | undefined
}

type Teller = {
  readonly flow: Flow
  readonly says: (...ids: readonly string[]) => string
}

/**
 * A flow as a dialogue, for people: what the caller hears and may key, and where each answer leads. `«…»` is what is filled in
 * while the call goes on.
 */
export function explain({ flow, textOf }: ExplainOptions): string {
  const locale = flow.locales[0]!
  const says = (...ids: readonly string[]) =>
    `“${ids.map((id) => (id.startsWith('«') ? id : (textOf(locale, id) ?? `[no prompt ${id}]`))).join(' ')}”`
  const teller = { flow, says }
  const head = [
    `${flow.title} (${flow.currency}; ${flow.locales.join(', ')})`,
    `An answer is waited for ${flow.answerSeconds} s, a key after another ${flow.betweenKeysSeconds} s; ${flow.attempts} attempts each, ${flow.callMinutes} minutes in all.`,
    `Everywhere: * clears or repeats, ** leads to ${flow.cancelled}; a key goes on over what is being said.`,
    `A call that was lost for a moment goes on at ${flow.interrupted}.`,
  ]
  const steps = inOrder(flow).map((name) => {
    const mark = name === flow.start ? `${name}  ← begins here` : name
    return [mark, ...tell(teller, flow.steps[name]!).map((line) => `    ${line}`)].join('\n')
  })
  return [head.join('\n'), ...steps].join('\n\n')
}

/** As the caller goes: from the start on, each step once. */
function inOrder(flow: Flow): string[] {
  const order = Object.keys(flow.steps)
  return [flow.start, ...order.filter((name) => name !== flow.start)]
}

function tell(teller: Teller, step: Step): string[] {
  const { says, flow } = teller
  switch (step.do) {
    case 'say':
      return [says(...step.say), `→ ${step.next}`]
    case 'language':
      return flow.locales.length === 1
        ? [`(one language: nothing is asked) → ${step.next}`]
        : [
            `each language offers itself: ${flow.locales.map((one, i) => `${i + 1} ${one}`).join(', ')}`,
            `→ ${step.next}`,
          ]
    case 'menu':
      return [
        says(...step.say),
        ...Object.entries(step.choices).map(([key, to]) => `${key} → ${to}`),
        failed(flow, step.failed),
      ]
    case 'identify':
      return identify(teller, step)
    case 'amount':
      return amount(teller, step)
    case 'card':
      return card(teller, step)
    case 'stored-card':
      return storedCard(teller, step)
    case 'pay':
      return [
        says('authorising'),
        `approved:  ${says('approved')} → ${step.approved}`,
        `declined:  ${says('declined')} → ${step.declined}; after ${flow.attempts} cards → ${step.failed}`,
        `not known: ${says('unknown')} → ${step.unknown}`,
        `could not be sent: ${says('unavailable')} → ${step.failed}`,
      ]
    case 'confirmation':
      return [
        says('confirmation.is', '«the number, digit by digit»', 'confirmation.again'),
        `1 again, 2 or nothing → ${step.next}`,
      ]
    case 'receipt':
      return [says('receipt.ask'), `1: ${says('receipt.sent')} → ${step.next}`, `2 or nothing → ${step.next}`]
    case 'pay-link':
      return [
        `sent: ${says('link.sent')} → ${step.next}`,
        `not sent: ${says('unavailable')} → ${step.failed}`,
      ]
    case 'transfer': {
      const rule = step.card === 'keep' ? 'kept for the agent to charge' : 'discarded first'
      return [
        `${says('transfer')} ${step.to} is called; a card that has been keyed is ${rule}`,
        `nobody comes: ${says('transfer.failed')} → ${step.failed}`,
      ]
    }
    case 'end':
      return [step.say.length > 0 ? says(...step.say) : '(says nothing)', 'hangs up']
  }
}

function identify({ flow, says }: Teller, step: StepOf<'identify'>): string[] {
  const { min, max } = step.digits
  const { lookup } = step
  const asked = [says('reference.ask'), `${min} to ${max} digits, then # or silence`]
  if (lookup === null) return [...asked, `→ ${step.next}`, failed(flow, step.failed)]
  const { first, where, several } = records(says, step)
  return [
    ...first,
    ...asked,
    `looked up ${where}: found → ${step.next}`,
    ...several,
    `unknown: ${says('reference.unknown')} asked again, ${flow.attempts} times in all`,
    `no answer: ${says('unavailable')} → ${step.failed}`,
    failed(flow, step.failed),
  ]
}

type Records = Readonly<Record<'first' | 'several', readonly string[]>> & { readonly where: string }

/** What is different where a connected system is asked. */
function records(says: Teller['says'], { lookup, next, several, failed: to }: StepOf<'identify'>): Records {
  if (lookup === null || typeof lookup === 'string') return { first: [], where: `by ${lookup}`, several: [] }
  const { crm, by, kind = 'by number', callerKind = 'by telephone', prefix, many } = lookup
  const meant = many === 'newest' ? ', the newest of several' : ''
  const first = [
    `the number that calls is looked for in ${crm} (${callerKind}${meant}): found → ${next}`,
    'nobody or several have it: a number is asked for',
  ]
  return {
    first: by === 'caller' ? first : [],
    where: `in ${crm} (${kind}${prefix === '' ? '' : `, as ${prefix}…`}${meant})`,
    several: many === 'newest' ? [] : [`several have it: ${says('reference.several')} → ${several ?? to}`],
  }
}

function amount({ flow, says }: Teller, step: StepOf<'amount'>): string[] {
  const said = ['amount.is', '«amount»', 'amount.due', '«day»']
  if (!step.change)
    return [says(...said, 'amount.accept.only'), `1 → ${step.next}`, failed(flow, step.failed)]
  const show = (amountMinor: number) => formatMoney({ amountMinor, currency: flow.currency }, flow.locales[0])
  const asked = exponentOf(flow.currency) === 0 ? 'amount.ask.0' : 'amount.ask.2'
  return [
    says(...said, 'amount.accept'),
    `1 → ${step.next}`,
    `2: ${says(asked)} from ${show(step.change.minMinor)} to ${show(step.change.maxMinor)}`,
    failed(flow, step.failed),
  ]
}

function card({ flow, says }: Teller, step: StepOf<'card'>): string[] {
  const read = step.confirm
    ? [
        says('card.ending', '«last four»', 'card.confirm', ...(step.agent ? ['agent.ask'] : [])),
        `1 → ${step.next}`,
        '2 keys a card again',
        ...(step.agent ? [`0 → ${step.agent}`] : []),
      ]
    : [`→ ${step.next}`]
  return [
    says('card.begin'),
    `${says('pan.ask')} ${says('expiry.ask')} ${says('csc.ask')} (each field of collection.fields; the digits go to the card process only)`,
    `a field that is wrong is said why, and asked again, ${flow.attempts} times in all`,
    ...read,
    `**: ${says('cancelled')} → ${step.cancelled}`,
    failed(flow, step.failed),
  ]
}

function storedCard({ flow, says }: Teller, step: StepOf<'stored-card'>): string[] {
  const csc = step.csc === 'ask' ? 'always' : 'where the merchant’s rule asks for it'
  return [
    `no card is kept for the customer of the look-up → ${step.another}`,
    says('stored.ask', '«last four»', 'stored.press'),
    `1: ${says('csc.ask')} (${csc}; the digits go to the card process only) → ${step.next}`,
    `2 → ${step.another}`,
    `**: ${says('cancelled')} → ${step.cancelled}`,
    failed(flow, step.failed),
  ]
}

function failed({ attempts }: Flow, to: string): string {
  return `after ${attempts} attempts → ${to}`
}
