import { randomBytes, randomInt } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import type { CardToken, Ledger, LedgerLine } from './ledger.ts'
import { settledOn } from './settlements.ts'
import { type ReadAccount, readAccount } from './test-accounts.ts'
import { type DeclineCode, declineCodes, type ReadCard, readCard } from './test-cards.ts'
import {
  type Authorisation,
  type AuthorisationBody,
  type CardInput,
  type DebitBody,
  type FollowUp,
  type MoneyBody,
  Refusal,
  type VoidBody,
} from './wire.ts'

/**
 * The bank behind the gateway: what may be done with an authorisation, and what the ledger then says.
 *
 *   authorise ─▶ declined
 *       └─▶ authorised ─ capture ─▶ captured ─ refund* ─▶ captured, in part or wholly given back
 *                └──────── void ───────┴─▶ voided          (a capture only until it is settled)
 *
 * Every method writes inside a transaction that the caller has begun.
 */
export class Acquirer {
  readonly #ledger: Ledger
  readonly #clock: Clock

  constructor(ledger: Ledger, clock: Clock) {
    this.#ledger = ledger
    this.#clock = clock
  }

  tokenise(card: CardInput) {
    const read = readCard(card, this.#clock.now())
    const token = newReference('tok')
    this.#ledger.keepToken({ token, ...read })
    const { expiryMonth, expiryYear } = card
    return { token, card: { brand: read.brand, last4: read.last4, expiryMonth, expiryYear } }
  }

  authorise(body: AuthorisationBody): Authorisation {
    const card = this.#cardOf(body)
    const { brand, last4, outcome } = card
    const approved = outcome === 'approve'
    const token = approved && body.keep && body.card ? newReference('tok') : undefined
    if (token !== undefined) this.#ledger.keepToken({ token, ...card })
    const id = newReference('auth')
    const line: LedgerLine = {
      id,
      authorisationId: id,
      kind: 'authorisation',
      ourReference: body.ourReference,
      merchantReference: body.merchantReference,
      amount: body.amount,
      currency: body.currency,
      outcome: approved ? 'approved' : 'declined',
      declineCode: approved ? null : outcome,
      captured: approved && body.capture,
      ...(body.moto === undefined ? {} : { moto: body.moto }),
      authCode: approved ? String(randomInt(100_000, 1_000_000)) : null,
      ...(body.initiator ? { initiator: body.initiator } : {}),
      ...(body.networkRef ? { firstNetworkRef: body.networkRef } : {}),
      ...(token ? { token } : {}),
      brand,
      last4,
      at: this.#at(),
    }
    this.#ledger.append(line)
    const view = viewOf([line])
    this.#tell(`authorisation.${approved ? 'approved' : 'declined'}`, view)
    return view
  }

  /** Received, and with the bank: `finishDebit` says later what came of it. What the bank would never see is refused at once. */
  debit(body: DebitBody): Authorisation {
    const account = readAccount(body.account)
    const refused = account.outcome === 'live_account_in_sandbox'
    const id = newReference('auth')
    const { ourReference, merchantReference, amount, currency } = body
    const line: LedgerLine = {
      ...{
        id,
        authorisationId: id,
        kind: 'authorisation',
        ourReference,
        merchantReference,
        amount,
        currency,
      },
      ...{ outcome: refused ? 'declined' : 'approved', declineCode: refused ? account.outcome : null },
      ...{ captured: false, debit: true, authCode: null, brand: 'bank-account', last4: account.last4 },
      at: this.#at(),
    }
    this.#ledger.append(line)
    const view = viewOf([line])
    if (refused) this.#tell('authorisation.declined', view)
    return view
  }

  /** The bank has paid, or has refused. */
  finishDebit(id: string, outcome: ReadAccount['outcome']): void {
    const { first } = this.#find(id)
    const at = this.#at()
    const line: LedgerLine =
      outcome === 'paid'
        ? { ...first, id: newReference('cap'), kind: 'capture', of: id, at }
        : { ...first, id: newReference('res'), kind: 'debit-failed', of: id, declineCode: outcome, at }
    this.#ledger.append(line)
    this.#tell(`authorisation.${outcome === 'paid' ? 'approved' : 'declined'}`, viewOf([first, line]))
  }

  capture(id: string, body: MoneyBody): FollowUp {
    const { first, view } = this.#find(id)
    if (view.status !== 'authorised')
      throw new Refusal(422, 'not_capturable', 'The authorisation is not open for capture.')
    if (body.currency !== view.currency) throw currencyDiffers()
    if (body.amount > view.amount) throw new Refusal(422, 'amount_too_large', 'More than was authorised.')
    return this.#followUp(first, 'capture', body)
  }

  void(id: string, body: VoidBody): FollowUp {
    const { first, view, lines } = this.#find(id)
    const taken = lines.find(({ captured, kind }) => captured || kind === 'capture')
    const open = view.status === 'authorised' || (view.status === 'captured' && view.refundedAmount === 0)
    if (!open || (taken && settledOn(taken, this.#clock.now()))) {
      throw new Refusal(422, 'not_voidable', 'The authorisation can no longer be cancelled.')
    }
    return this.#followUp(first, 'void', { ...body, amount: view.amount, currency: view.currency })
  }

  /** `pending`: the amount is held back, and `finishRefund` says later what came of it. */
  refund(id: string, body: MoneyBody, state: 'done' | 'pending' = 'done'): FollowUp {
    const { first, view } = this.#find(id)
    if (view.status !== 'captured') throw new Refusal(422, 'not_refundable', 'Nothing was captured.')
    if (body.currency !== view.currency) throw currencyDiffers()
    if (body.amount > view.capturedAmount - view.refundedAmount) {
      throw new Refusal(422, 'amount_too_large', 'More than is left of what was captured.')
    }
    return this.#followUp(first, 'refund', body, state)
  }

  /** The bank has carried the refund out, or refused it. */
  finishRefund(refund: LedgerLine, succeeded: boolean): void {
    const kind = succeeded ? 'refund-done' : 'refund-failed'
    const { pending: _, ...line } = refund
    this.#ledger.append({ ...line, id: newReference('res'), kind, of: refund.id, at: this.#at() })
    const state = succeeded ? 'done' : 'failed'
    this.#tell(`refund.${state}`, { ...followUpOf(refund, 'refund'), state })
  }

  /** Captures, voids and refunds under a reference. */
  movements(ourReference: string): FollowUp[] {
    return this.#ledger.linesBy(ourReference).flatMap((line) => {
      if (line.kind !== 'capture' && line.kind !== 'void' && line.kind !== 'refund') return []
      const result = this.#ledger.linesOf(line.authorisationId).find(({ of }) => of === line.id)
      const found = followUpOf(line, line.kind)
      if (!result) return [found]
      return [{ ...found, state: result.kind === 'refund-done' ? ('done' as const) : ('failed' as const) }]
    })
  }

  get(id: string): Authorisation {
    return this.#find(id).view
  }

  /** All authorisations under a reference; more than one means that an intent was charged twice. */
  inquire(ourReference: string): Authorisation[] {
    return this.#ledger.authorisationsBy(ourReference).map(({ id }) => viewOf(this.#ledger.linesOf(id)))
  }

  #find(id: string) {
    const lines = this.#ledger.linesOf(id)
    const [first] = lines
    if (!first) throw new Refusal(404, 'authorisation_not_found', 'There is no such authorisation.')
    return { first, lines, view: viewOf(lines) }
  }

  #cardOf(body: AuthorisationBody): ReadCard {
    if (body.card) return readCard(body.card, this.#clock.now())
    const card = this.#ledger.token(body.token ?? '')
    if (!card) throw new Refusal(404, 'token_not_found', 'There is no such token.')
    return outcomeOfKept(card, body, this.#clock.now())
  }

  /** True when there was such a token. */
  forget(token: string): boolean {
    return this.#ledger.forgetToken(token)
  }

  #followUp(
    first: LedgerLine,
    kind: FollowUp['kind'],
    body: MoneyBody,
    state: 'done' | 'pending' = 'done',
  ): FollowUp {
    const { amount, currency, ourReference } = body
    const line: LedgerLine = {
      ...first,
      id: newReference(prefixes[kind]),
      kind,
      amount,
      currency,
      ourReference,
      captured: false,
      authCode: null,
      at: this.#at(),
      ...(state === 'pending' ? { pending: true } : {}),
    }
    this.#ledger.append(line)
    const followUp = followUpOf(line, kind)
    this.#tell(`${kind}.${state}`, followUp)
    return followUp
  }

  /** Kept with the line; the notifier posts it once it is committed. */
  #tell(type: string, data: Authorisation | FollowUp): void {
    const id = newReference('evt')
    this.#ledger.keepEvent(id, JSON.stringify({ id, type, createdAt: this.#at(), data }))
  }

  #at(): string {
    return new Date(this.#clock.now()).toISOString()
  }
}

/** What an issuer makes of a kept card: it may have expired since, and its holder may key the code wrong. */
function outcomeOfKept(kept: CardToken, { csc }: AuthorisationBody, nowMs: number): ReadCard {
  const card = { ...kept, untilMs: kept.untilMs ?? Number.POSITIVE_INFINITY } as ReadCard
  if (card.untilMs <= nowMs) return { ...card, outcome: 'expired_card' }
  if (csc !== undefined && csc.length !== (card.brand === 'amex' ? 4 : 3))
    return { ...card, outcome: 'incorrect_csc' }
  return { ...card, outcome: card.later ?? card.outcome }
}

function followUpOf(line: LedgerLine, kind: FollowUp['kind']): FollowUp {
  const { id, authorisationId, amount, currency, ourReference, at, pending } = line
  const state = pending ? 'pending' : 'done'
  return { id, kind, state, authorisationId, amount, currency, ourReference, createdAt: at }
}

const prefixes = { capture: 'cap', void: 'void', refund: 'ref' } as const
const currencyDiffers = () => new Refusal(422, 'currency_differs', 'Not the currency of the authorisation.')

/** An authorisation as its lines add up to. The first line is the authorisation itself. */
function viewOf(lines: readonly LedgerLine[]): Authorisation {
  const first = lines[0]!
  const sum = (kind: LedgerLine['kind']) =>
    lines.filter((line) => line.kind === kind).reduce((total, { amount }) => total + amount, 0)
  const capturedAmount = first.captured ? first.amount : sum('capture')
  const voided = lines.some(({ kind }) => kind === 'void')
  const failed = lines.find(({ kind }) => kind === 'debit-failed')
  const code = (failed ?? first).declineCode as DeclineCode | null
  const atTheBank = first.debit === true && !code && !voided && capturedAmount === 0
  return {
    id: first.id,
    debit: first.debit === true,
    outcome: atTheBank ? 'pending' : failed ? 'declined' : first.outcome,
    status: atTheBank
      ? 'pending'
      : code
        ? 'declined'
        : voided
          ? 'voided'
          : capturedAmount > 0
            ? 'captured'
            : 'authorised',
    amount: first.amount,
    currency: first.currency,
    ourReference: first.ourReference,
    merchantReference: first.merchantReference,
    captured: capturedAmount > 0 && !voided,
    capturedAmount: voided ? 0 : capturedAmount,
    refundedAmount: sum('refund') - sum('refund-failed'),
    authCode: first.authCode,
    decline: code && { code, message: declineCodes[code] },
    networkRef: `net${first.id.slice(first.id.indexOf('_') + 1, 13)}`,
    token: first.token ?? null,
    card: { brand: first.brand, last4: first.last4 },
    createdAt: first.at,
  }
}

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** For example `auth_7k3q…`: 100 random bits in Crockford's base 32. */
function newReference(prefix: string): string {
  return `${prefix}_${Array.from(randomBytes(20), (byte) => alphabet[byte & 31]).join('')}`
}
