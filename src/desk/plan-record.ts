import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import { formatMoney } from '../base/money.ts'
import type { PaymentResource } from '../contracts/desk-port.ts'
import type { PlanResource } from '../contracts/plans.ts'
import type { StoredCardResource } from '../contracts/stored-cards.ts'
import { controlStyles } from './control-styles.ts'
import {
  amountWords,
  becauseOf,
  dunningWords,
  expiryWords,
  kindWords,
  runWords,
  scheduleWords,
  statusWords,
} from './plan-words.ts'
import { ResultsApi } from './results-api.ts'
import { tableStyles } from './table-styles.ts'
import { whenWords } from './words.ts'
import './plan-change.ts'

type Order = 'pausePlan' | 'resumePlan' | 'cancelPlan'

const doneWords: Readonly<Record<Order, string>> = {
  pausePlan: 'Paused: nothing comes due until it is resumed.',
  resumePlan: 'Resumed.',
  cancelPlan: 'Cancelled: nothing more comes due.',
}

/** One plan: its schedule and runs, how dunning and its card stand, and what can be ordered of it. */
export class PlanRecord extends LitElement {
  static override properties = {
    plan: { attribute: false },
    mayTake: { attribute: false },
    card: { state: true },
    payment: { state: true },
    doing: { state: true },
    busy: { state: true },
    fault: { state: true },
    done: { state: true },
  }
  static override styles = [
    controlStyles,
    tableStyles,
    css`
      dl {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr));
        gap: 0.9rem 1.5rem;
      }
      dt {
        font-size: 0.88rem;
        color: var(--ink-soft);
      }
      dd {
        overflow-wrap: anywhere;
      }
    `,
  ]

  declare plan: PlanResource
  declare mayTake: boolean
  declare card: StoredCardResource | null
  /** Of the run that is open. */
  declare payment: PaymentResource | null
  declare doing: 'nothing' | 'change' | 'cancel'
  declare busy: boolean
  declare fault: string | null
  declare done: string
  readonly #api = new ResultsApi()

  constructor() {
    super()
    this.mayTake = false
    this.card = null
    this.payment = null
    this.doing = 'nothing'
    this.busy = false
    this.fault = null
    this.done = ''
  }

  override render(): TemplateResult {
    const { plan } = this
    const because = becauseOf(plan.because)
    return html`
      <h3 id="which" tabindex="-1">${plan.reference} · ${kindWords[plan.kind]}</h3>
      <p role="status" data-testid="plan-done">${this.done}</p>
      ${this.fault ? html`<p class="fault" role="alert">${this.fault}</p>` : nothing}
      <dl>
        ${fact('State', `${statusWords[plan.status]}${because === null ? '' : `: ${because}`}`, 'plan-status')}
        ${fact('Customer', plan.customer)} ${fact('Amount', amountWords(plan))}
        ${fact('When', scheduleWords(plan.schedule))}
        ${fact('Next payment', plan.nextDueAt === null ? 'None' : whenWords(plan.nextDueAt), 'plan-next')}
        ${fact('Card', expiryWords(plan, this.card) ?? 'Kept with the first payment', 'plan-card')}
        ${fact('After a decline', afterDecline(plan))}
        ${fact('Open now', dunningWords(plan, this.payment), 'plan-dunning')}
      </dl>
      ${this.#runs()} ${this.mayTake ? this.#orders() : nothing}
      <div class="row"><button class="small" @click=${this.#leave}>Back to all plans</button></div>
    `
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>('#which')?.focus()
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('plan')) void this.#look()
  }

  #runs(): TemplateResult {
    const { runs, currency } = this.plan
    if (runs.length === 0) return html`<p class="hint">Nothing was due yet.</p>`
    return html`<div class="scroll">
      <table>
        <caption class="unseen">Payments of the plan, oldest first</caption>
        <thead>
          <tr>
            <th scope="col">Number</th>
            <th scope="col">Due</th>
            <th scope="col">Amount</th>
            <th scope="col">State</th>
            <th scope="col">Payment</th>
          </tr>
        </thead>
        <tbody>
          ${runs.map(
            (run) => html`<tr data-testid="run" data-state=${run.state}>
              <td>${run.number}</td>
              <td>${whenWords(run.dueAt)}</td>
              <td>${formatMoney({ amountMinor: run.amountMinor, currency })}</td>
              <td>${runWords[run.state]}${run.because === null ? '' : `: ${becauseOf(run.because)}`}</td>
              <td class="code">${run.paymentId}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`
  }

  #orders(): TemplateResult | typeof nothing {
    const { status } = this.plan
    if (status === 'cancelled' || status === 'completed') return nothing
    if (this.doing === 'change')
      return html`<plan-change
        .plan=${this.plan}
        @changed=${(event: CustomEvent<PlanResource>) => this.#take(event.detail, 'Changed.')}
        @leave=${() => this.#back()}
      ></plan-change>`
    if (this.doing === 'cancel') return this.#reallyCancel()
    const isStill = status === 'paused' || status === 'stopped'
    return html`<div class="row" role="group" aria-label="Orders">
      ${status === 'active' ? this.#button('Pause', () => this.#order('pausePlan')) : nothing}
      ${isStill ? this.#button('Resume', () => this.#order('resumePlan')) : nothing}
      ${this.#button('Change', () => this.#ask('change'))} ${this.#button('Cancel the plan', () => this.#ask('cancel'))}
    </div>`
  }

  #reallyCancel(): TemplateResult {
    return html`<div role="group" aria-labelledby="sure">
      <p id="sure" tabindex="-1">Cancel ${this.plan.reference} for good? Nothing more is charged; this cannot be undone.</p>
      <div class="row">
        ${this.#button('Yes, cancel it', () => this.#order('cancelPlan'))}
        ${this.#button('No, keep it', () => this.#back())}
      </div>
    </div>`
  }

  #button(label: string, act: () => void): TemplateResult {
    return html`<button ?disabled=${this.busy} @click=${act}>${label}</button>`
  }

  async #ask(doing: 'change' | 'cancel'): Promise<void> {
    this.doing = doing
    this.fault = null
    await this.updateComplete
    this.renderRoot.querySelector<HTMLElement>('#sure')?.focus()
  }

  /** The keyboard stays where it was. */
  async #back(): Promise<void> {
    this.doing = 'nothing'
    await this.updateComplete
    this.renderRoot.querySelector<HTMLElement>('#which')?.focus()
  }

  async #order(order: Order): Promise<void> {
    this.busy = true
    const { value, fault } = await this.#api.ask(order, { id: this.plan.id, body: {} })
    this.busy = false
    this.fault = fault
    if (value) await this.#take(value, doneWords[order])
  }

  async #take(plan: PlanResource, done: string): Promise<void> {
    this.done = done
    this.dispatchEvent(new CustomEvent('plan-read', { detail: plan }))
    await this.#back()
  }

  /** The card that is charged, and the payment of the run that is open. */
  async #look(): Promise<void> {
    const { storedCardId, runs, id } = this.plan
    const open = runs.find(({ state }) => state === 'open')
    const [card, payment] = await Promise.all([
      storedCardId === null ? null : this.#api.ask('getStoredCard', { id: storedCardId }),
      open ? this.#api.ask('getPayment', { id: open.paymentId }) : null,
    ])
    if (id !== this.plan.id) return
    this.card = card?.value ?? null
    this.payment = payment?.value ?? null
  }

  #leave(): void {
    this.dispatchEvent(new CustomEvent('leave'))
  }
}

function fact(name: string, value: string | null, testId?: string): TemplateResult | typeof nothing {
  if (value === null) return nothing
  return html`<div><dt>${name}</dt><dd data-testid=${testId ?? nothing}>${value}</dd></div>`
}

function afterDecline({ dunning: { retryAfterDays, afterwards } }: PlanResource): string {
  const then = { stop: 'the plan stops', skip: 'the payment is skipped', cancel: 'the plan is cancelled' }[
    afterwards
  ]
  if (retryAfterDays.length === 0) return `Not tried again; ${then}.`
  return `Tried again after ${retryAfterDays.join(', ')} days; then ${then}.`
}

customElements.define('plan-record', PlanRecord)
