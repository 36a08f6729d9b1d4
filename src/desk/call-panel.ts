import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import { keyed } from 'lit/directives/keyed.js'
import type { CallResource, PaymentResource } from '../contracts/desk-port.ts'
import { controlStyles } from './control-styles.ts'
import type { Desk } from './desk.ts'
import { lightOf } from './light.ts'
import { type DeskState, paymentOf } from './state.ts'
import { callState } from './words.ts'
import './call-record.ts'
import './collection-panel.ts'
import './link-panel.ts'
import './payment-form.ts'
import './payment-result.ts'
import './secured-light.ts'

/** The selected call: its light, and the form, the collection or the result, whichever is its turn. */
export class CallPanel extends LitElement {
  static override properties = { desk: { attribute: false }, state: { attribute: false } }
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
      }
      .number {
        font-variant-numeric: tabular-nums;
        overflow-wrap: anywhere;
      }
      .empty {
        padding: clamp(2rem, 8vw, 5rem) 1.5rem;
        border-style: dashed;
        background: none;
        box-shadow: none;
        text-align: center;
        color: var(--ink-soft);
      }
    `,
  ]

  declare desk: Desk
  declare state: DeskState

  override render(): TemplateResult {
    const { selectedCallId, calls } = this.state
    const call = selectedCallId === null ? undefined : calls.get(selectedCallId)
    if (!call) {
      return html`<section class="empty" aria-label="Call">
        <h2>No call selected</h2>
        <p>When a call comes in, it opens here.</p>
      </section>`
    }
    const payment = paymentOf(this.state, call.id)
    return html`
      <section aria-labelledby="title">
        <div class="top">
          <h2 id="title">Call from <span class="number">${call.from}</span></h2>
          <p class="hint" data-testid="call-state">${callState(call)} · to ${call.to}</p>
        </div>
        ${
          call.status === 'ended'
            ? nothing
            : html`<secured-light
                .light=${lightOf({ ...this.state, call, payment })}
              ></secured-light>`
        }
        ${keyed(call.id, this.#turn(call, payment))}
        <call-record
          .call=${call}
          .mayName=${this.state.session?.rights.includes('records:name') ?? false}
        ></call-record>
      </section>
    `
  }

  #turn(call: CallResource, payment: PaymentResource | undefined): TemplateResult {
    if (!payment && call.status === 'ended') {
      return html`<p>The call has ended.</p>
        <div class="row"><button @click=${() => this.desk.closeCall(call.id)}>Close</button></div>`
    }
    if (!payment) {
      return html`<payment-form .desk=${this.desk} .state=${this.state} .call=${call}></payment-form>`
    }
    switch (payment.status) {
      case 'linked':
        return html`<link-panel .payment=${payment}></link-panel>`
      case 'created':
      case 'collecting':
      case 'ready':
      case 'authorising':
        return html`<collection-panel
          .desk=${this.desk}
          .state=${this.state}
          .call=${call}
          .payment=${payment}
        ></collection-panel>`
      default:
        return html`<payment-result
          .desk=${this.desk}
          .state=${this.state}
          .call=${call}
          .payment=${payment}
        ></payment-result>`
    }
  }
}

customElements.define('call-panel', CallPanel)
