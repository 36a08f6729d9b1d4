import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { formatMoney } from '../base/money.ts'
import type { PaymentResource } from '../contracts/desk-port.ts'
import { controlStyles } from './control-styles.ts'
import type { Desk } from './desk.ts'
import type { PaymentQuery } from './lookup.ts'
import { type DeskState, recordShown } from './state.ts'
import { refusalWords, statusNames, whenWords } from './words.ts'

/** Finds payments by reference, customer or state, newest first; each opens its record. */
export class PaymentSearch extends LitElement {
  static override properties = { desk: { attribute: false }, state: { attribute: false } }
  static override styles = [
    controlStyles,
    css`
      :host,
      form {
        display: grid;
        gap: 0.75rem;
      }
      h2 {
        font-size: 0.95rem;
        color: var(--ink-soft);
      }
      ul {
        display: grid;
        gap: 0.5rem;
        list-style: none;
      }
      .payment {
        display: grid;
        gap: 0.1rem;
        width: 100%;
        padding: 0.7rem 0.9rem;
        border-color: var(--line);
        border-radius: var(--radius);
        text-align: left;
        overflow-wrap: anywhere;
      }
      .payment[aria-current='true'] {
        border-color: var(--accent);
        box-shadow: inset 4px 0 0 var(--accent);
      }
      @media (forced-colors: active) {
        .payment[aria-current='true'] {
          border: 3px solid Highlight;
        }
      }
      .detail {
        font-size: 0.88rem;
        font-weight: 400;
        color: var(--ink-soft);
      }
    `,
  ]

  declare desk: Desk
  declare state: DeskState

  override render(): TemplateResult {
    const { refusal, underWay } = this.state
    const refused = refusal?.intent === 'search' || refusal?.intent === 'open-record' ? refusal : null
    return html`
      <form role="search" aria-labelledby="title" @submit=${this.#submit}>
        <h2 id="title">Find a payment</h2>
        <div>
          <label for="reference">Look for</label>
          <input id="reference" name="reference" maxlength="64" autocomplete="off" aria-describedby="hint" />
          <p class="hint" id="hint">The whole reference; empty for the newest.</p>
        </div>
        <div>
          <label for="customer">Customer</label>
          <input id="customer" name="customer" maxlength="255" autocomplete="off" aria-describedby="customer-hint" />
          <p class="hint" id="customer-hint">As your systems name them, as a whole.</p>
        </div>
        <div>
          <label for="status">Status</label>
          <select id="status" name="status">
            <option value="">Any</option>
            ${Object.entries(statusNames).map(([status, name]) => html`<option value=${status}>${name}</option>`)}
          </select>
        </div>
        <div class="row">
          <button type="submit" aria-busy=${underWay.has('search')}>Search</button>
        </div>
      </form>
      ${refused ? html`<p class="refusal" role="alert">${refusalWords(refused)}</p>` : nothing} ${this.#found()}
    `
  }

  #found(): TemplateResult | typeof nothing {
    const { found, query } = this.state.lookup
    if (!found) return nothing
    if (found.data.length === 0) return html`<p class="hint">No payment found.</p>`
    return html`
      <ul aria-label="Payments found">
        ${repeat(
          found.data,
          ({ id }) => id,
          (payment) => html`<li>${this.#payment(payment)}</li>`,
        )}
      </ul>
      ${
        found.nextCursor === null
          ? nothing
          : html`<div class="row">
              <button class="small" @click=${() => this.desk.find(query, true)}>Show older</button>
            </div>`
      }
    `
  }

  #payment(payment: PaymentResource): TemplateResult {
    return html`
      <button
        class="payment"
        aria-current=${payment.id === recordShown(this.state)?.id ? 'true' : 'false'}
        @click=${() => this.desk.openRecord(payment.id)}
      >
        <span>${formatMoney(payment)} ${payment.reference}</span>
        <span class="detail">
          ${payment.customer ? `${payment.customer} · ` : ''}${statusNames[payment.status]} · ${whenWords(payment.createdAt)}
        </span>
      </button>
    `
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault()
    const data = new FormData(event.currentTarget as HTMLFormElement)
    const textOf = (name: string) => String(data.get(name)).trim()
    const status = textOf('status') as PaymentQuery['status']
    void this.desk.find({ reference: textOf('reference'), customer: textOf('customer'), status })
  }
}

customElements.define('payment-search', PaymentSearch)
