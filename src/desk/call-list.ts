import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { formatMoney } from '../base/money.ts'
import type { CallResource, PaymentResource } from '../contracts/desk-port.ts'
import { controlStyles } from './control-styles.ts'
import type { Desk } from './desk.ts'
import { type DeskState, listedCalls, openOutcomes, paymentOf } from './state.ts'
import { callState } from './words.ts'

/** The calls going on, one button each, and below them payments of ended calls that must not be taken again. */
export class CallList extends LitElement {
  static override properties = { desk: { attribute: false }, state: { attribute: false } }
  static override styles = [
    controlStyles,
    css`
      :host {
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
      .call {
        display: grid;
        gap: 0.1rem;
        width: 100%;
        padding: 0.7rem 0.9rem;
        border-color: var(--line);
        border-radius: var(--radius);
        text-align: left;
      }
      .call[aria-current='true'] {
        border-color: var(--accent);
        box-shadow: inset 4px 0 0 var(--accent);
      }
      @media (forced-colors: active) {
        .call[aria-current='true'] {
          border: 3px solid Highlight;
        }
      }
      .number {
        font-variant-numeric: tabular-nums;
        overflow-wrap: anywhere;
      }
      .detail {
        font-size: 0.88rem;
        font-weight: 400;
        color: var(--ink-soft);
      }
      .empty {
        padding: 1rem;
        border: 1px dashed var(--line-strong);
        border-radius: var(--radius);
        color: var(--ink-soft);
      }
      .open {
        padding: 0.7rem 0.9rem;
        border-left: 4px solid var(--waiting);
        border-radius: 6px;
        background: var(--waiting-wash);
        font-size: 0.92rem;
      }
    `,
  ]

  declare desk: Desk
  declare state: DeskState

  override render(): TemplateResult {
    const calls = listedCalls(this.state)
    const open = openOutcomes(this.state)
    return html`
      <h2>Live calls</h2>
      ${
        calls.length === 0
          ? html`<p class="empty">No calls now. A call appears here by itself.</p>`
          : html`<ul>
              ${repeat(
                calls,
                (call) => call.id,
                (call) => html`<li>${this.#call(call)}</li>`,
              )}
            </ul>`
      }
      ${
        open.length === 0
          ? nothing
          : html`<h2>Being looked into</h2>
              <ul>
                ${open.map((payment) => html`<li class="open">${openWords(payment)}</li>`)}
              </ul>`
      }
    `
  }

  #call(call: CallResource): TemplateResult {
    const payment = paymentOf(this.state, call.id)
    return html`
      <button
        class="call"
        aria-current=${call.id === this.state.selectedCallId ? 'true' : 'false'}
        @click=${() => this.desk.selectCall(call.id)}
      >
        <span class="number">${call.from}</span>
        <span class="detail">
          ${callState(call)}${payment ? html` · ${formatMoney(payment)} ${payment.reference}` : nothing}
        </span>
      </button>
    `
  }
}

function openWords(payment: PaymentResource): string {
  return `${formatMoney(payment)}, ${payment.reference}: outcome not yet known. Do not take it again; we are asking the gateway.`
}

customElements.define('call-list', CallList)
