import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import { keyed } from 'lit/directives/keyed.js'
import { formatMoney } from '../base/money.ts'
import type { PaymentResource } from '../contracts/desk-port.ts'
import type { OperationKind } from '../contracts/operations.ts'
import type { PaymentOrder } from './api.ts'
import { controlStyles } from './control-styles.ts'
import type { Desk } from './desk.ts'
import { type Orderable, operationWords, orderNames, ordersOf } from './orders.ts'
import type { DeskState } from './state.ts'
import { cardWords, motoWords, refusalWords, statusNames, whenWords } from './words.ts'
import './order-form.ts'
import './receipt-form.ts'
import './record-links.ts'

const orderIntents: ReadonlySet<string> = new Set(['capture', 'void', 'refund'])

/** One payment that was looked up: what is known of it, what was ordered since, and what can be ordered now. */
export class PaymentRecord extends LitElement {
  static override properties = {
    desk: { attribute: false },
    state: { attribute: false },
    payment: { attribute: false },
    ordering: { state: true },
  }
  static override styles = [
    controlStyles,
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
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 1rem;
        align-items: baseline;
        justify-content: space-between;
        overflow-wrap: anywhere;
      }
      dl {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr));
        gap: 0.9rem 1.5rem;
      }
      dt {
        font-size: 0.88rem;
        color: var(--ink-soft);
      }
      dd {
        overflow-wrap: anywhere;
      }
      ol {
        display: grid;
        gap: 0.4rem;
        margin: 0.5rem 0 0;
        padding-left: 1.3rem;
      }
    `,
  ]

  declare desk: Desk
  declare state: DeskState
  declare payment: PaymentResource
  declare ordering: OperationKind | null

  constructor() {
    super()
    this.ordering = null
  }

  override render(): TemplateResult {
    const { payment } = this
    const { refusal } = this.state
    const refused = refusal && orderIntents.has(refusal.intent) ? refusal : null
    return html`
      <section aria-labelledby="title">
        <div class="top">
          <h2 id="title" tabindex="-1">Payment ${payment.reference}</h2>
          <button class="small" @click=${() => this.desk.closeRecord()}>Close</button>
        </div>
        <dl>
          ${fact('Status', statusNames[payment.status], 'status')} ${fact('Amount', formatMoney(payment))}
          ${this.#money('Taken', payment.capturedMinor)} ${this.#money('Given back', payment.refundedMinor)}
          ${fact('Card', cardWords(payment))} ${fact('When', whenWords(payment.createdAt))}
          ${fact('Customer', payment.customer, 'customer')} ${fact('Declared as', motoWords(payment), 'moto')}
          ${fact("Gateway's reference", payment.gatewayRef)} ${fact('Payment', payment.id)}
        </dl>
        ${this.#operations()} ${refused ? html`<p class="refusal" role="alert">${refusalWords(refused)}</p>` : nothing}
        ${this.#orders()}
        <record-links
          .paymentId=${payment.id}
          .mayName=${this.state.session?.rights.includes('records:name') ?? false}
        ></record-links>
        <receipt-form .paymentId=${payment.id}></receipt-form>
      </section>
    `
  }

  protected override firstUpdated(): void {
    this.#focus('h2')
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    const before = changed.get('payment') as PaymentResource | undefined
    if (before && before.id !== this.payment.id) {
      this.ordering = null
      this.#focus('h2')
    }
  }

  #money(name: string, amountMinor: number): TemplateResult | typeof nothing {
    if (amountMinor === 0) return nothing
    return fact(name, formatMoney({ amountMinor, currency: this.payment.currency }))
  }

  #operations(): TemplateResult {
    const { operations = [] } = this.payment
    return html`<div>
      <h3 id="orders" tabindex="-1">Orders</h3>
      ${
        operations.length === 0
          ? html`<p class="hint">None so far.</p>`
          : html`<ol aria-labelledby="orders">
              ${operations.map(
                (one) => html`<li data-testid="operation" data-state=${one.state}>
                  ${operationWords(one)}
                  <span class="hint">${whenWords(one.updatedAt)}${one.reason ? ` · ${one.reason}` : ''}</span>
                </li>`,
              )}
            </ol>`
      }
    </div>`
  }

  #orders(): TemplateResult | typeof nothing {
    const orders = ordersOf(this.payment, this.state.session?.rights ?? [])
    const chosen = orders.find(({ kind, why }) => kind === this.ordering && why === null)
    if (chosen) {
      return html`${keyed(
        chosen.kind,
        html`<order-form
          .payment=${this.payment}
          .orderable=${chosen}
          .busy=${this.state.underWay.has(chosen.kind)}
          @order=${(event: CustomEvent<PaymentOrder>) => this.#order(event.detail)}
          @leave=${() => this.#leave(chosen.kind)}
        ></order-form>`,
      )}`
    }
    if (orders.length === 0) return nothing
    return html`<div class="row">${orders.map((order) => this.#button(order))}</div>
      ${orders.map(({ kind, why }) => (why === null ? nothing : html`<p class="hint" id="why-${kind}">${orderNames[kind]}: ${why}</p>`))}`
  }

  #button({ kind, why }: Orderable): TemplateResult {
    return html`<button
      id="order-${kind}"
      ?disabled=${why !== null}
      aria-describedby=${why === null ? nothing : `why-${kind}`}
      @click=${() => {
        this.ordering = kind
      }}
    >
      ${orderNames[kind]}…
    </button>`
  }

  async #order(order: PaymentOrder): Promise<void> {
    // Refused, or without an answer: the form stays as it was, to be corrected or sent again.
    if (!(await this.desk.order(this.payment.id, order))) return
    this.ordering = null
    await this.updateComplete
    this.#focus('#orders')
  }

  async #leave(kind: OperationKind): Promise<void> {
    this.ordering = null
    await this.updateComplete
    this.#focus(`#order-${kind}`)
  }

  #focus(selector: string): void {
    this.renderRoot.querySelector<HTMLElement>(selector)?.focus()
  }
}

function fact(name: string, value: string | null, testId = ''): TemplateResult | typeof nothing {
  if (!value) return nothing
  return html`<div>
    <dt>${name}</dt>
    <dd data-testid=${testId || nothing}>${value}</dd>
  </div>`
}

customElements.define('payment-record', PaymentRecord)
