import { html, LitElement, nothing, type TemplateResult } from 'lit'
import { toDecimal } from '../base/money.ts'
import type { ChangePlan, PlanResource } from '../contracts/plans.ts'
import type { StoredCardResource } from '../contracts/stored-cards.ts'
import { amountAdvice, parseAmount } from './amount.ts'
import { controlStyles } from './control-styles.ts'
import { formStyles } from './form-styles.ts'
import { ResultsApi } from './results-api.ts'
import { readSchedule, scheduleFields } from './schedule-fields.ts'
import { cardWords } from './words.ts'

/** Another card at once; another amount or schedule from the next run on. Only what was changed is ordered. */
export class PlanChange extends LitElement {
  static override properties = {
    plan: { attribute: false },
    cards: { state: true },
    busy: { state: true },
    fault: { state: true },
  }
  static override styles = [controlStyles, formStyles]

  declare plan: PlanResource
  declare cards: readonly StoredCardResource[]
  declare busy: boolean
  declare fault: string | null
  readonly #api = new ResultsApi()

  constructor() {
    super()
    this.cards = []
    this.busy = false
    this.fault = null
  }

  override render(): TemplateResult {
    const { plan } = this
    return html`<form aria-labelledby="change" @submit=${this.#submit}>
      <h4 id="change" tabindex="-1">Change ${plan.reference}</h4>
      ${this.fault ? html`<p class="fault" role="alert">${this.fault}</p>` : nothing}
      <div class="fields">
        <div>
          <label for="card">Card</label>
          <select id="card" name="card">
            <option value="">as it is</option>
            ${this.cards.map((card) => html`<option value=${card.id}>${cardWords(card)}</option>`)}
          </select>
        </div>
        ${
          plan.kind === 'renewal'
            ? html`<div>
                <label for="amount">Amount in ${plan.currency}</label>
                <input id="amount" name="amount" inputmode="decimal" autocomplete="off" .value=${toDecimal(plan)} />
              </div>`
            : nothing
        }
        ${scheduleFields(plan.schedule)}
      </div>
      <div class="row">
        <button class="main" ?disabled=${this.busy}>Change the plan</button>
        <button type="button" @click=${() => this.dispatchEvent(new CustomEvent('leave'))}>Leave it as it is</button>
      </div>
    </form>`
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>('#change')?.focus()
    void this.#look()
  }

  async #look(): Promise<void> {
    const { customer, storedCardId } = this.plan
    const { value } = await this.#api.ask('listStoredCards', { query: { customer } })
    const usable = ({ id, state, expired, use }: StoredCardResource) =>
      id !== storedCardId && state === 'kept' && !expired && use === 'merchant'
    this.cards = value?.data.filter(usable) ?? []
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault()
    const change = this.#read(new FormData(event.currentTarget as HTMLFormElement))
    if (typeof change === 'string') this.fault = change
    else void this.#send(change)
  }

  /** The change, or what is wrong with it. */
  #read(form: FormData): ChangePlan | string {
    const { plan } = this
    const change: { -readonly [K in keyof ChangePlan]: ChangePlan[K] } = {}
    const card = String(form.get('card'))
    if (card !== '') change.storedCardId = card
    if (form.has('amount')) {
      const amount = parseAmount(String(form.get('amount')), plan.currency)
      if (!amount.ok) return amountAdvice(amount.fault, plan.currency)
      if (amount.amountMinor !== plan.amountMinor) change.amountMinor = amount.amountMinor
    }
    const schedule = readSchedule(form)
    const keys = ['every', 'interval', 'firstDate', 'time', 'zone'] as const
    if (keys.some((key) => schedule[key] !== plan.schedule[key])) change.schedule = schedule
    return Object.keys(change).length === 0 ? 'Nothing is different yet.' : change
  }

  async #send(body: ChangePlan): Promise<void> {
    this.busy = true
    const { value, fault } = await this.#api.ask('changePlan', { id: this.plan.id, body })
    this.busy = false
    this.fault = fault
    if (value) this.dispatchEvent(new CustomEvent('changed', { detail: value }))
  }
}

customElements.define('plan-change', PlanChange)
