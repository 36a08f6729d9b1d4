import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFlow } from '../../src/control/ivr/read-flow.ts'
import type { DialogueEvent } from '../../src/ivr/dialogue.ts'
import { PlayedDialogue } from './support/played-dialogue.ts'

const flow = readFlow(path.resolve(import.meta.dirname, '..', '..', 'config', 'flows', 'payment-line.yaml'))
const seed = Number(process.env.SEED ?? Date.now() % 1e9)

const bill = { reference: 'order-1001', amountMinor: 1_250, dueOn: null }
const found: DialogueEvent = { type: 'looked-up', bill }
const asked = (field: 'pan' | 'expiry' | 'csc', brand: 'amex' | null = null) =>
  ({ type: 'field-asked', field, brand }) as const
const rejected = (fault: 'luhn' | 'expired', field: 'pan' | 'expiry' = 'pan') =>
  ({ type: 'field-rejected', field, fault }) as const
const silence: readonly DialogueEvent[] = [{ type: 'played' }, { type: 'time-out' }]
const collected: DialogueEvent = { type: 'collected', last4: '4242' }
const approved: DialogueEvent = { type: 'paid', outcome: { is: 'approved', confirmation: '48213377' } }
const declined: DialogueEvent = { type: 'paid', outcome: { is: 'declined', otherCard: true } }

const known = readFlow(path.resolve(import.meta.dirname, '..', '..', 'config', 'flows', 'known-caller.yaml'))

const begun = (of = flow) => new PlayedDialogue(of)
const atAmount = (of = flow) => begun(of).keys('1').keys('1001#').on(found)
const atCard = (of = flow) => atAmount(of).keys('1').on(asked('pan'))
const atConfirm = (of = flow) => atCard(of).on(asked('expiry'), asked('csc'), collected)
const atPay = () => atConfirm().keys('1')

describe('a caller without an agent', () => {
  it('may key over all that is said before a question', () => {
    const call = begun()
    expect(call.says()).toContain('en-GB/greeting')
    expect(call.keys('1').says()).toEqual(['en-GB/reference.ask'])
  })

  it('is spoken to in the language that they choose, and in the first when they choose none', () => {
    expect(begun().keys('2').says()).toContain('de-DE/reference.ask')
    const silent = begun().on(...silence, ...silence, ...silence)
    expect(silent.says()).toContain('en-GB/reference.ask')
  })

  it('finishes a number by the hash key, by its longest length or by silence', () => {
    for (const keyed of [begun().keys('1').keys('1001#'), begun().keys('1').keys('1234567890')])
      expect(keyed.orders()).toContain('look-up')
    expect(begun().keys('1').keys('1001').on({ type: 'time-out' }).orders()).toContain('look-up')
    expect(begun().keys('1').keys('10#').says()).toContain('en-GB/reference.length')
  })

  it('is told that nobody knows the number, asked again, and in the end helped', () => {
    const call = begun()
    for (let i = 0; i < 3; i++) call.keys(i === 0 ? '11001#' : '1001#').on({ type: 'looked-up', bill: null })
    expect(call.says().filter((ref) => ref === 'en-GB/reference.unknown')).toHaveLength(3)
    expect(call.dialogue.step).toBe('help')
  })

  it('hears the amount by the rules of the language, and may pay another within the bounds', () => {
    const call = atAmount()
    expect(call.says()).toEqual(expect.arrayContaining(['en-GB/n.12', 'en-GB/major.gbp.many', 'en-GB/n.50']))
    expect(call.keys('2').keys('50#').says()).toContain('en-GB/amount.range')
    call.keys('2000#').keys('1')
    expect(call.effects.find((effect) => effect.do === 'collect')).toMatchObject({
      order: { amountMinor: 2_000 },
    })
  })

  it('is asked for each field, told what was wrong with it, and warned before the last attempt', () => {
    const call = atCard()
    expect(call.says()).toContain('en-GB/card.begin')
    call.on(rejected('luhn'), asked('pan'))
    expect(call.says()).toEqual(['en-GB/fault.luhn', 'en-GB/pan.ask'])
    call.on(rejected('luhn'), asked('pan'))
    expect(call.says()).toEqual(['en-GB/fault.luhn', 'en-GB/fault.last', 'en-GB/pan.ask'])
    call.on(rejected('luhn'))
    expect(call.dialogue.step).toBe('help')
    expect(call.orders()).toContain('give-up')
  })

  it('counts the errors of each field for itself, and asks for four digits of an American Express card', () => {
    const call = atCard().on(
      rejected('luhn'),
      rejected('luhn'),
      asked('expiry'),
      rejected('expired', 'expiry'),
    )
    expect(call.dialogue.step).toBe('card')
    call.on(asked('csc', 'amex'))
    expect(call.says()).toContain('en-GB/csc.ask.amex')
  })

  it('hears the last four digits only, and is charged after a yes only', () => {
    const call = atConfirm()
    expect(call.says()).toEqual(
      expect.arrayContaining(['en-GB/card.ending', 'en-GB/n.4', 'en-GB/n.2', 'en-GB/card.confirm']),
    )
    expect(call.orders()).not.toContain('pay')
    expect(call.keys('1').orders()).toContain('pay')
    expect(
      atConfirm()
        .on(...silence, ...silence, ...silence)
        .orders(),
    ).not.toContain('pay')
  })

  it('keys a card again after 2, and is given up after as many as there are attempts', () => {
    const call = atConfirm().keys('2').on(asked('pan'), collected).keys('2')
    expect(call.orders().filter((order) => order === 'collect')).toHaveLength(3)
    call.on(asked('pan'), collected).keys('2')
    expect(call.dialogue.step).toBe('help')
  })

  it('is asked again after silence in the middle of the card, and cancels with two stars', () => {
    const call = atCard().on({ type: 'card-ended', why: 'between-digits-timeout' }, asked('pan'))
    expect(call.says()).toContain('en-GB/silence.unfinished')
    call.on({ type: 'card-ended', why: 'caller-cancelled' })
    expect(call.says()).toContain('en-GB/cancelled')
    expect(begun().keys('**').dialogue.step).not.toBe('greet')
    expect(atAmount().keys('**').dialogue.step).toBe('help')
  })

  it('hears the outcome only after the words before it, the number digit by digit, and good-bye', () => {
    const call = atPay().on(approved)
    expect(call.says()).not.toContain('en-GB/approved')
    call.listens()
    expect(call.says()).toEqual(expect.arrayContaining(['en-GB/approved', 'en-GB/n.8', 'en-GB/n.7']))
    call.keys('2').keys('1').on({ type: 'done', ok: true })
    expect(call.says()).toContain('en-GB/receipt.sent')
    call.keys('2').listens()
    expect(call.effects.at(-1)).toEqual({ do: 'hang-up' })
    expect(call.over).toBe(true)
  })

  it('may use another card after a decline, and no more than there are attempts', () => {
    const call = atPay().listens().on(declined)
    expect(call.orders().filter((order) => order === 'collect')).toHaveLength(2)
    for (let i = 0; i < 2; i++) call.on(asked('pan'), collected).keys('1').listens().on(declined)
    expect(call.dialogue.step).toBe('help')
  })

  it('is told not to pay again when nobody knows what became of the payment', () => {
    const call = atPay()
      .listens()
      .on({ type: 'paid', outcome: { is: 'unknown' } })
    expect(call.says()).toContain('en-GB/unknown')
    expect(call.listens().over).toBe(true)
  })

  it('is put through to an agent, or told that nobody is free', () => {
    const call = atConfirm().keys('0').listens()
    expect(call.effects.at(-1)).toEqual({ do: 'transfer', to: 'client:agent', card: 'discard' })
    expect(atConfirm().keys('0').listens().on({ type: 'agent-joined' }).over).toBe(true)
    call.on({ type: 'agent-missed' })
    expect(call.says()).toContain('en-GB/transfer.failed')
  })

  it('loses the card that was kept for an agent who did not come, before another bill is paid', () => {
    const agent = { do: 'transfer', to: 'client:agent', card: 'keep', failed: 'invoice' } as const
    const call = atConfirm({ ...flow, steps: { ...flow.steps, agent } })
    call.keys('0').listens().on({ type: 'agent-missed' })
    expect(call.orders().slice(-5)).toEqual(['give-up', 'new-payment', 'stop-waiting', 'take-keys', 'play'])
  })

  it('is left to an agent who comes at any moment: nothing more is said, asked or given up', () => {
    for (const at of [begun, atAmount, atCard, atConfirm, atPay]) {
      const call = at()
      const before = call.orders().length
      call.on({ type: 'agent-joined' })
      expect(call.over).toBe(true)
      expect(call.orders().slice(before)).toEqual(['stop-waiting', 'drop-keys', 'hush'])
    }
  })

  it('leaves nothing behind who hangs up, wherever that is', () => {
    for (const at of [begun, atAmount, atCard, atConfirm, atPay]) {
      const call = at().on({ type: 'call-over' })
      expect(call.over).toBe(true)
      expect(call.orders()).toContain('give-up')
    }
  })
})

const kept: DialogueEvent = { type: 'kept-card', card: { cardId: 'card_1', last4: '4242' } }
const ada: DialogueEvent = {
  type: 'looked-up',
  bill: { reference: '003000000000001', amountMinor: 1_250, dueOn: null, customer: 'ada' },
}

describe('a caller who is looked for by their number', () => {
  const calling = () => new PlayedDialogue(known)
  const atOffer = () => calling().on(ada).keys('1').on(kept)

  it('is asked for nothing when they are found, and for a number when nobody or several are', () => {
    const call = calling()
    expect(call.effects.at(-1)).toMatchObject({ do: 'look-up', reference: null })
    expect(call.on(ada).says()).toContain('en-GB/amount.is')
    for (const bill of [null, 'several'] as const) {
      const asked = calling().on({ type: 'looked-up', bill })
      expect(asked.says()).toContain('en-GB/reference.ask')
      expect(asked.keys('1026#').effects.at(-1)).toMatchObject({ do: 'look-up', reference: '1026' })
    }
  })

  it('is led on when several records have the number that they key, or the CRM is away', () => {
    const several = calling().on({ type: 'looked-up', bill: null }).keys('1026#')
    several.on({ type: 'looked-up', bill: 'several' })
    expect(several.says()).toContain('en-GB/reference.several')
    expect(several.dialogue.step).toBe('agent')
    expect(calling().on({ type: 'looked-up', bill: 'away' }).dialogue.step).toBe('help')
  })

  it('is offered the card that is kept for them by its last four digits, and charged after a yes only', () => {
    const call = atOffer()
    expect(call.says()).toEqual(
      expect.arrayContaining(['en-GB/stored.ask', 'en-GB/n.4', 'en-GB/stored.press']),
    )
    expect(call.orders()).not.toContain('use-card')
    call.keys('1').on({ type: 'charging' })
    expect(call.effects.find((effect) => effect.do === 'use-card')).toMatchObject({ cardId: 'card_1' })
    expect(call.says()).toContain('en-GB/authorising')
    // The bank is asked with the choice of the card: a second order would be a second charge.
    expect(call.orders()).not.toContain('pay')
    expect(call.listens().on(approved).says()).toContain('en-GB/approved')
  })

  it('keys its security code again where the merchant wants it, and is asked once more after silence', () => {
    const call = atOffer().keys('1').on(asked('csc'))
    expect(call.says()).toContain('en-GB/csc.ask')
    call.on({ type: 'field-rejected', field: 'csc', fault: 'wrong-length' }, asked('csc'))
    expect(call.says()).toEqual(['en-GB/fault.wrong-length', 'en-GB/csc.ask'])
    call.on({ type: 'card-ended', why: 'first-digit-timeout' })
    expect(call.orders().filter((order) => order === 'use-card')).toHaveLength(2)
    call.on(asked('csc'), collected)
    expect(call.orders().filter((order) => order === 'pay')).toHaveLength(1)
  })

  it('keys another card after 2, where none is kept, and after a decline', () => {
    expect(atOffer().keys('2').orders()).toContain('collect')
    const without = calling().on(ada).keys('1').on({ type: 'kept-card', card: null })
    expect(without.says()).not.toContain('en-GB/stored.ask')
    expect(without.orders()).toContain('collect')
    const refused = atOffer().keys('1').on({ type: 'charging' }).listens().on(declined)
    expect(refused.dialogue.step).toBe('card')
    expect(refused.on(asked('pan'), collected).keys('1').orders()).toContain('pay')
  })

  it('gives up with two stars, with silence, and when the card cannot be used', () => {
    for (const call of [
      atOffer().keys('**'),
      atOffer().on(...silence, ...silence, ...silence),
      atOffer().keys('1').on({ type: 'card-ended', why: 'refused' }),
    ]) {
      expect(call.dialogue.step).toBe('help')
      expect(call.orders()).toContain('give-up')
      expect(call.orders()).not.toContain('pay')
    }
  })
})

const happenings: readonly DialogueEvent[] = [
  ...[found, asked('pan'), asked('csc', 'amex'), rejected('luhn'), rejected('expired', 'expiry')],
  ...[collected, approved, declined],
  { type: 'looked-up', bill: null },
  { type: 'looked-up', bill: 'away' },
  { type: 'card-ended', why: 'caller-cancelled' },
  { type: 'card-ended', why: 'vault-lost' },
  { type: 'done', ok: false },
  { type: 'agent-missed' },
  { type: 'agent-joined' },
]

describe(`any caller at all (seed ${seed})`, () => {
  const event = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom(...'0123456789*#').map((key) => ({ type: 'key', key }) as const),
    },
    { weight: 2, arbitrary: fc.constantFrom<DialogueEvent>({ type: 'played' }, { type: 'time-out' }) },
    fc.constantFrom(...happenings),
  )

  it('is never charged without a yes to the last four digits, and never twice for one yes', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 120 }), (events) => {
        const call = begun()
        let yes = 0
        for (const one of events) {
          const { mode, step } = call.dialogue
          const isYes =
            mode.is === 'asking' && mode.question.name === 'confirm' && one.type === 'key' && one.key === '1'
          if (isYes && step === 'card') yes++
          call.on(one)
        }
        expect(call.orders().filter((order) => order === 'pay')).toHaveLength(yes)
      }),
      { seed, numRuns: 300 },
    )
  })

  it('is let go in the end: silence alone leads out of every place', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const call = begun().on(...events)
        for (let i = 0; i < 60 && !call.over; i++)
          call.on(
            ...([
              { type: 'played' },
              { type: 'time-out' },
              { type: 'looked-up', bill: null },
            ] as DialogueEvent[]),
            ...([
              { type: 'card-ended', why: 'first-digit-timeout' },
              { type: 'done', ok: true },
            ] as DialogueEvent[]),
            ...([{ type: 'paid', outcome: { is: 'unknown' } }, { type: 'agent-missed' }] as DialogueEvent[]),
          )
        expect(call.over).toBe(true)
      }),
      { seed, numRuns: 200 },
    )
  })
})
