import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { PlanResource } from '../contracts/plans.ts'
import type { Right } from '../contracts/rights.ts'
import { controlStyles } from './control-styles.ts'
import { amountWords, kindWords, statusWords } from './plan-words.ts'
import { ResultsApi } from './results-api.ts'
import { tableStyles } from './table-styles.ts'
import { whenWords } from './words.ts'
import './plan-form.ts'
import './plan-record.ts'

/** Plans of the merchant's customers: found by customer, made, and each one opened. */
export class PlansPage extends LitElement {
  static override properties = {
    rights: { attribute: false },
    plans: { state: true },
    next: { state: true },
    open: { state: true },
    making: { state: true },
    customer: { state: true },
    fault: { state: true },
    done: { state: true },
  }
  static override styles = [
    controlStyles,
    tableStyles,
    css`
      section {
        display: grid;
        gap: 1.25rem;
        padding: clamp(1rem, 3vw, 1.75rem);
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        box-shadow: var(--shadow);
      }
      .top {
        justify-content: space-between;
      }
    `,
  ]

  declare rights: readonly Right[]
  declare plans: readonly PlanResource[]
  declare next: string | null
  declare open: PlanResource | null
  declare making: boolean
  /** Whose plans are shown; '' for everybody's. */
  declare customer: string
  declare fault: string | null
  declare done: string
  readonly #api = new ResultsApi()

  constructor() {
    super()
    this.rights = []
    this.plans = []
    this.next = null
    this.open = null
    this.making = false
    this.customer = ''
    this.fault = null
    this.done = ''
  }

  override connectedCallback(): void {
    super.connectedCallback()
    void this.#load()
  }

  override render(): TemplateResult {
    return html`
      <section aria-labelledby="title">
        <div class="row top">
          <h2 id="title" tabindex="-1">Plans</h2>
          <button class="small" @click=${() => this.dispatchEvent(new CustomEvent('leave'))}>Back to calls</button>
        </div>
        <p class="unseen" role="status">${this.done}</p>
        ${this.fault ? html`<p class="fault" role="alert">${this.fault}</p>` : nothing} ${this.#body()}
      </section>
    `
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>('#title')?.focus()
  }

  get #mayTake(): boolean {
    return this.rights.includes('payments:take')
  }

  #body(): TemplateResult {
    if (this.making)
      return html`<plan-form
        .customer=${this.customer}
        @made=${(event: CustomEvent<PlanResource>) => this.#made(event.detail)}
        @leave=${() => this.#list()}
      ></plan-form>`
    if (this.open)
      return html`<plan-record
        .plan=${this.open}
        .mayTake=${this.#mayTake}
        @plan-read=${(event: CustomEvent<PlanResource>) => {
          this.open = event.detail
        }}
        @leave=${() => this.#list()}
      ></plan-record>`
    return html`
      <form class="row" role="search" @submit=${this.#search}>
        <label for="customer">Customer</label>
        <input id="customer" name="customer" maxlength="255" autocomplete="off" .value=${this.customer} />
        <button class="small">Find plans</button>
        ${
          this.#mayTake
            ? html`<button
                type="button"
                class="small"
                @click=${() => {
                  this.making = true
                  this.done = ''
                }}
              >
                New plan
              </button>`
            : nothing
        }
      </form>
      ${this.plans.length === 0 ? html`<p class="hint">No plans here.</p>` : this.#table()}
      ${this.next ? html`<button class="small" @click=${() => this.#load(this.next)}>Show more</button>` : nothing}
    `
  }

  #table(): TemplateResult {
    return html`<div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Reference</th>
            <th scope="col">Customer</th>
            <th scope="col">What</th>
            <th scope="col">State</th>
            <th scope="col">Next payment</th>
            <th scope="col"><span class="unseen">What can be done</span></th>
          </tr>
        </thead>
        <tbody>
          ${this.plans.map(
            (plan) => html`<tr data-testid="plan" data-status=${plan.status}>
              <td>${plan.reference}</td>
              <td>${plan.customer}</td>
              <td>${kindWords[plan.kind]}: ${amountWords(plan)}</td>
              <td>${statusWords[plan.status]}</td>
              <td>${plan.nextDueAt === null ? '–' : whenWords(plan.nextDueAt)}</td>
              <td>
                <button
                  class="small"
                  aria-label=${`Open ${plan.reference}`}
                  @click=${() => {
                    this.open = plan
                    this.done = ''
                  }}
                >
                  Open
                </button>
              </td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`
  }

  #search(event: SubmitEvent): void {
    event.preventDefault()
    this.customer = String(new FormData(event.currentTarget as HTMLFormElement).get('customer')).trim()
    void this.#load()
  }

  #made(plan: PlanResource): void {
    this.making = false
    this.open = plan
    this.done = `The plan ${plan.reference} is made.`
  }

  async #list(): Promise<void> {
    this.making = false
    this.open = null
    await this.#load()
    this.renderRoot.querySelector<HTMLElement>('#title')?.focus()
  }

  /** From the first page, or the page after `cursor`. */
  async #load(cursor: string | null = null): Promise<void> {
    const whose = this.customer === '' ? {} : { customer: this.customer }
    const query = { limit: 20, ...whose, ...(cursor === null ? {} : { cursor }) }
    const { value, fault } = await this.#api.ask('listPlans', { query })
    this.fault = fault
    if (!value) return
    this.plans = cursor === null ? value.data : [...this.plans, ...value.data]
    this.next = value.nextCursor
    if (cursor === null) this.done = `${this.plans.length} plans${this.next ? ', and more' : ''}.`
  }
}

customElements.define('plans-page', PlansPage)
