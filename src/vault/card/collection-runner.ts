import type { SecureContext } from 'node:tls'
import type { Clock, Timer } from '../../base/clock.ts'
import { exhaustive } from '../../base/exhaustive.ts'
import { digitFrame } from '../../contracts/digit-port.ts'
import type { GatewayReply } from '../../contracts/gateway-call.ts'
import type { CollectionEnd } from '../../contracts/vault-port.ts'
import type { CardEvent, Order, Report } from '../card-messages.ts'
import { allows } from '../policy.ts'
import { accountSummaryOf } from './bank/bank-rules.ts'
import { type ModulusTable, noModulusTable, readSubstitutes, readWeights } from './bank/modulus-table.ts'
import { brandOf } from './brand.ts'
import { summaryOf } from './card-summary.ts'
import {
  begin,
  type Collecting,
  type Effect,
  type Event,
  nextDueMs,
  type State,
  type Step,
  step,
} from './collection.ts'
import type { DigitBuffer } from './digit-buffer.ts'
import { DigitIntake } from './digit-intake.ts'
import { judge } from './field-rules.ts'
import { canFill } from './fill-slots.ts'
import { trustFor } from './gateway-trust.ts'
import { closeHandle } from './handles.ts'
import { beginExchange, type Exchange } from './send-call.ts'

type Opening = Extract<Order, { type: 'open' }>
type Sending = Extract<Order, { type: 'send' }>

export type CollectionRunnerOptions = {
  readonly opening: Opening
  readonly digits: DigitBuffer
  readonly clock: Clock
  readonly report: (report: Report) => void
  /** Everything is zeroed; the process may go. */
  readonly onEnd: (why: CollectionEnd | 'finished') => void
}

const starCode = 0x2a
const hashCode = 0x23

/** Does what the collection's machine says: the digit buffer, the digits' socket, timers, the gateway. */
export class CollectionRunner {
  readonly #options: CollectionRunnerOptions
  readonly #intake: DigitIntake
  readonly #secureContext: SecureContext
  readonly #modulus: ModulusTable
  #state: State
  #timer: Timer | undefined
  #exchange: Exchange | undefined

  constructor(options: CollectionRunnerOptions) {
    const { opening, clock } = options
    this.#options = options
    // Before the first digit: parsing certificates allocates, and nothing that allocates should happen later.
    this.#secureContext = trustFor(opening.ca)
    this.#modulus = tableOf(opening)
    const ticket = Buffer.from(opening.ticket, 'base64url')
    if (ticket.length !== digitFrame.ticketBytes) throw new Error('a ticket of the wrong length')
    this.#intake = new DigitIntake({ ticket, onKey: (code) => this.#key(code) })
    const first = begin({ fields: opening.fields, limits: opening.limits }, clock.monotonicMs())
    this.#state = first.state
    options.report({ type: 'opened' })
    this.#take(first)
  }

  acceptDigits(handle: unknown): void {
    this.#intake.accept(handle)
  }

  dispatch(event: Exclude<Event, { type: 'digit' | 'send-began' | 'send-ended' }>): void {
    this.#step(event)
  }

  send({ call, last, trustAll }: Sending, handle: unknown): void {
    const { digits, opening, clock, report } = this.#options
    const refused = this.#state.at !== 'collected' || !allows(opening, call) || !canFill(call, digits)
    if (refused) {
      closeHandle(handle)
      report({ type: 'reply', reply: { kind: 'not-sent', because: 'policy' } })
      return
    }
    this.#step({ type: 'send-began', last })
    const onReply = (reply: GatewayReply) => this.#replied(reply, last)
    this.#exchange = beginExchange({
      call,
      digits,
      handle,
      clock,
      secureContext: trustAll ? trustFor(trustAll.ca) : this.#secureContext,
      onReply,
      ...(trustAll || opening.tellAnchor
        ? { onAnchor: (fingerprint256: string) => report({ type: 'anchored', fingerprint256 }) }
        : {}),
    })
  }

  #replied(reply: GatewayReply, last: boolean): void {
    this.#exchange = undefined
    const spent = reply.kind !== 'not-sent'
    if (spent && last) this.#options.digits.zeroAll()
    this.#options.report({ type: 'reply', reply })
    this.#step({ type: 'send-ended', spent })
  }

  #key(code: number): void {
    if (this.#state.at !== 'collecting') return
    if (code === starCode) this.#step({ type: 'star' })
    else if (code === hashCode) this.#step({ type: 'hash' })
    else this.#digit(this.#state, code)
  }

  #digit({ plan, index }: Collecting, code: number): void {
    const { digits, clock, opening } = this.#options
    const field = plan.fields[index]!
    if (!digits.append(field, code)) return
    const { acceptedBrands, keptCard } = opening
    const rules = {
      acceptedBrands: acceptedBrands ?? undefined,
      keptBrand: keptCard?.brand,
      modulus: this.#modulus,
      now: clock.now(),
    }
    const judgement = judge(field, digits, rules)
    const length = digits.length(field)
    const brand = field === 'pan' ? brandOf(digits) : undefined
    this.#step({ type: 'digit', length, judgement, ...(brand ? { brand } : {}) })
  }

  #step(event: Event): void {
    this.#take(step(this.#state, event, this.#options.clock.monotonicMs()))
  }

  #take({ state, effects }: Step): void {
    this.#state = state
    for (const effect of effects) this.#perform(effect)
    this.#timer?.cancel()
    const dueMs = nextDueMs(this.#state)
    if (dueMs === undefined) return
    const { clock } = this.#options
    this.#timer = clock.after(Math.max(0, dueMs - clock.monotonicMs()), () => this.#step({ type: 'tick' }))
  }

  #perform(effect: Effect): void {
    const { digits, clock, opening } = this.#options
    switch (effect.do) {
      case 'tell':
        this.#tell(effect.event)
        break
      case 'tell-deadline': {
        const deadlineAt = Math.round(clock.now() + effect.dueMs - clock.monotonicMs())
        this.#tell({ type: 'deadline-moved', deadlineAt })
        break
      }
      case 'empty':
        for (const field of effect.fields) digits.empty(field)
        break
      case 'seal':
        this.#intake.close()
        this.#tell({ type: 'collected', card: opening.keptCard ?? told(digits) })
        break
      case 'end':
        digits.zeroAll()
        this.#intake.close()
        this.#exchange?.abort()
        this.#options.onEnd(effect.why)
        break
      default:
        exhaustive(effect)
    }
  }

  #tell(event: CardEvent): void {
    this.#options.report({ type: 'event', event })
  }
}

/** What is told of the digits: of a card, or of a bank account. */
function told(digits: DigitBuffer) {
  return digits.length('account-number') > 0 ? accountSummaryOf(digits) : summaryOf(digits)
}

/** The vault has read both files when it started: they are known to be in order. */
function tableOf({ modulus }: Opening): ModulusTable {
  if (modulus === null) return noModulusTable
  return { rows: readWeights(modulus.weights), substitutes: readSubstitutes(modulus.substitutes) }
}
