import { html, LitElement, nothing, type TemplateResult } from 'lit'
import type { Dunning, NewPlan } from '../contracts/plans.ts'
import type { StoredCardResource } from '../contracts/stored-cards.ts'
import { amountAdvice, parseAmount } from './amount.ts'
import { controlStyles } from './control-styles.ts'
import { commonCurrencies, currencyName } from './currencies.ts'
import { formStyles } from './form-styles.ts'
import { kindWords } from './plan-words.ts'
import { ResultsApi } from './results-api.ts'
import { readSchedule, scheduleFields } from './schedule-fields.ts'
import { cardWords } from './words.ts'

type Kind = NewPlan['kind']
type Source = 'card' | 'payment'

/** A new plan: with a card that a customer agreed may be charged without them, or from the payment that keeps it. */
export class PlanForm extends LitElement {
  static override properties = {
    customer: { attribute: false },
    kind: { state: true },
    source: { state: true },
    cards: { state: true },
    looked: { state: true },
    busy: { state: true },
    fault: { state: true },
  }
  static override styles = [controlStyles, formStyles]

  declare customer: string
  declare kind: Kind
  declare source: Source
  declare cards: readonly StoredCardResource[]
  /** The customer whose cards were asked for. */
  declare looked: string | null
  declare busy: boolean
  declare fault: string | null
  readonly #api = new ResultsApi()

  constructor() {
    super()
    this.customer = ''
    this.kind = 'renewal'
    this.source = 'card'
    this.cards = []
    this.looked = null
    this.busy = false
    this.fault = null
  }

  override render(): TemplateResult {
    return html`<form aria-labelledby="new" @submit=${this.#submit}>
      <h3 id="new" tabindex="-1">New plan</h3>
      ${this.fault ? html`<p class="fault" role="alert" data-testid="plan-fault">${this.fault}</p>` : nothing}
      <fieldset>
        <legend>What</legend>
        <div class="row">${(['renewal', 'instalments', 'balance'] as const).map((kind) => this.#kind(kind))}</div>
      </fieldset>
      <fieldset>
        <legend>Paid with</legend>
        <div class="row">
          ${this.#from('card', 'A card that is kept')} ${this.#from('payment', 'The card of a payment')}
        </div>
        <div class="fields">${this.source === 'card' ? this.#card() : this.#payment()}</div>
      </fieldset>
      <div class="fields">${this.#money()} ${scheduleFields(null)} ${this.#dunning()}</div>
      <div class="row">
        <button class="main" ?disabled=${this.busy} aria-busy=${this.busy}>Make the plan</button>
        <button type="button" @click=${() => this.dispatchEvent(new CustomEvent('leave'))}>Leave</button>
      </div>
    </form>`
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>('#new')?.focus()
    if (this.customer !== '') void this.#look(this.customer)
  }

  #kind(kind: Kind): TemplateResult {
    return html`<label class="check">
      <input
        type="radio"
        name="kind"
        value=${kind}
        .checked=${this.kind === kind}
        @change=${() => {
          this.kind = kind
        }}
      />
      ${kindWords[kind]}
    </label>`
  }

  #from(source: Source, label: string): TemplateResult {
    return html`<label class="check">
      <input
        type="radio"
        name="source"
        .checked=${this.source === source}
        @change=${() => {
          this.source = source
        }}
      />
      ${label}
    </label>`
  }

  #card(): TemplateResult {
    const none = this.looked !== null && this.cards.length === 0
    return html`<div>
        <label for="whose">Customer</label>
        <input
          id="whose"
          name="whose"
          maxlength="255"
          autocomplete="off"
          required
          .value=${this.customer}
          @change=${(event: Event) => this.#look((event.currentTarget as HTMLInputElement).value.trim())}
        />
      </div>
      <div>
        <label for="card">Card</label>
        <select id="card" name="card" required aria-describedby="cards-hint">
          ${this.cards.map((card) => html`<option value=${card.id}>${cardWords(card)}</option>`)}
        </select>
        <p class="hint" id="cards-hint" role="status">
          ${none ? `No card of ${this.looked} may be charged without them.` : 'Those that may be charged without them.'}
        </p>
      </div>`
  }

  #payment(): TemplateResult {
    return html`<div>
      <label for="payment">Payment</label>
      <input id="payment" name="payment" maxlength="64" autocomplete="off" required placeholder="pay_…" aria-describedby="payment-hint" />
      <p class="hint" id="payment-hint">
        A deposit, or the first of the renewals, whose card is being kept for use without the customer. The plan begins once it is approved.
      </p>
    </div>`
  }

  #money(): TemplateResult {
    const label = { renewal: 'Amount of each', instalments: 'Amount of all together', balance: 'Amount' }[
      this.kind
    ]
    const count = this.kind === 'instalments' ? 'How many parts' : 'How often (empty: until cancelled)'
    return html`<div>
        <label for="amount">${label}</label>
        <input id="amount" name="amount" inputmode="decimal" autocomplete="off" required />
      </div>
      <div>
        <label for="currency">Currency</label>
        <select id="currency" name="currency">
          ${commonCurrencies.map((code) => html`<option value=${code}>${currencyName(code)}</option>`)}
        </select>
      </div>
      ${
        this.kind === 'balance'
          ? nothing
          : html`<div>
              <label for="count">${count}</label>
              <input id="count" name="count" type="number" min="1" max="1000" ?required=${this.kind === 'instalments'} />
            </div>`
      }
      <div>
        <label for="reference">Reference</label>
        <input id="reference" name="reference" maxlength="64" autocomplete="off" required />
      </div>`
  }

  #dunning(): TemplateResult {
    return html`<div>
        <label for="retry">Days until a declined card is tried again</label>
        <input id="retry" name="retry" value="1, 3, 5" autocomplete="off" pattern="[0-9, ]*" aria-describedby="retry-hint" />
        <p class="hint" id="retry-hint">One number for each further try; empty for none.</p>
      </div>
      <div>
        <label for="afterwards">When the last try is declined</label>
        <select id="afterwards" name="afterwards">
          <option value="stop">the plan stops</option>
          <option value="skip">the payment is skipped</option>
          <option value="cancel">the plan is cancelled</option>
        </select>
      </div>`
  }

  async #look(customer: string): Promise<void> {
    this.customer = customer
    const { value } =
      customer === '' ? { value: null } : await this.#api.ask('listStoredCards', { query: { customer } })
    const usable = ({ state, expired, use }: StoredCardResource) =>
      state === 'kept' && !expired && use === 'merchant'
    this.cards = value?.data.filter(usable) ?? []
    this.looked = customer === '' ? null : customer
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault()
    const plan = this.#read(new FormData(event.currentTarget as HTMLFormElement))
    if (typeof plan === 'string') this.fault = plan
    else void this.#send(plan)
  }

  /** The plan, or what is wrong with the form. */
  #read(form: FormData): NewPlan | string {
    const text = (name: string) => String(form.get(name) ?? '').trim()
    const currency = text('currency')
    const amount = parseAmount(text('amount'), currency)
    if (!amount.ok) return amountAdvice(amount.fault, currency)
    const count = text('count')
    return {
      ...{ kind: this.kind, reference: text('reference'), currency, amountMinor: amount.amountMinor },
      ...(this.source === 'card' ? { storedCardId: text('card') } : { firstPaymentId: text('payment') }),
      ...(count === '' ? {} : { count: Number(count) }),
      schedule: readSchedule(form),
      dunning: {
        retryAfterDays: text('retry').split(/[ ,]+/).filter(Boolean).map(Number),
        afterwards: text('afterwards') as Dunning['afterwards'],
      },
    }
  }

  async #send(body: NewPlan): Promise<void> {
    this.busy = true
    const { value, fault } = await this.#api.ask('createPlan', { body })
    this.busy = false
    this.fault = fault
    if (value) this.dispatchEvent(new CustomEvent('made', { detail: value }))
  }
}

customElements.define('plan-form', PlanForm)
