import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import { formatMoney } from '../base/money.ts'
import type { CallResource, PaymentResource } from '../contracts/desk-port.ts'
import { controlStyles } from './control-styles.ts'
import type { Desk } from './desk.ts'
import { whyNoPayment } from './platform-trouble.ts'
import type { DeskState } from './state.ts'
import { type Verdict, verdictOf } from './verdict.ts'
import { cardWords, refusalWords } from './words.ts'
import './other-ways.ts'
import './receipt-form.ts'

/** How a payment ended, what the agent should say, and what can be done next. */
export class PaymentResult extends LitElement {
  static override properties = {
    desk: { attribute: false },
    state: { attribute: false },
    call: { attribute: false },
    payment: { attribute: false },
  }
  static override styles = [
    controlStyles,
    css`
      :host {
        display: grid;
        gap: 1.1rem;
      }
      .verdict {
        display: grid;
        gap: 0.35rem;
        padding: 1.1rem 1.25rem;
        border-left: 5px solid var(--tone);
        border-radius: 8px;
        background: var(--wash);
      }
      .approved {
        --tone: var(--secured);
        --wash: var(--secured-wash);
      }
      .declined {
        --tone: var(--lost);
        --wash: var(--lost-wash);
      }
      .unknown {
        --tone: var(--waiting);
        --wash: var(--waiting-wash);
      }
      .nothing-taken {
        --tone: var(--calm);
        --wash: var(--calm-wash);
      }
      h3 {
        font-size: 1.25rem;
        color: var(--tone);
      }
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
      .code {
        font-family: var(--mono);
        font-size: 0.92rem;
      }
    `,
  ]

  declare desk: Desk
  declare state: DeskState
  declare call: CallResource
  declare payment: PaymentResource

  override render(): TemplateResult {
    const { payment } = this
    const { refusal } = this.state
    const verdict = verdictOf(payment)
    return html`
      <div class="verdict ${verdict.kind}" data-testid="result" data-result=${verdict.kind}>
        <h3 tabindex="-1">${verdict.title}</h3>
        <p>${verdict.advice}</p>
      </div>
      ${refusal ? html`<p class="refusal" role="alert">${refusalWords(refusal)}</p>` : nothing}
      <dl>
        ${fact('Amount', formatMoney(payment))} ${fact('Your reference', payment.reference)}
        ${fact('Paid with', cardWords(payment))} ${fact('Authorisation code', payment.authCode, 'code')}
        ${fact("Gateway's reference", payment.gatewayRef, 'code')} ${fact('Payment', payment.id, 'code')}
      </dl>
      <div class="row">${this.#actions(verdict)}</div>
      ${
        payment.status === 'declined' && this.call.status === 'live'
          ? html`<other-ways .payment=${payment}></other-ways>`
          : nothing
      }
      ${verdict.kind === 'approved' ? html`<receipt-form .paymentId=${payment.id}></receipt-form>` : nothing}
    `
  }

  protected override firstUpdated(): void {
    this.#takeFocus()
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    const before = changed.get('payment') as PaymentResource | undefined
    if (before && before.status !== this.payment.status) this.#takeFocus()
  }

  /** The button that had the focus is gone. Elsewhere (the list of calls, the header) the focus stays where it is. */
  #takeFocus(): void {
    const app = document.activeElement?.shadowRoot
    const at = app?.activeElement
    if (at && at.tagName !== 'MAIN' && at.tagName !== 'CALL-PANEL') return
    this.renderRoot.querySelector<HTMLElement>('h3')?.focus()
  }

  #actions(verdict: Verdict): TemplateResult | typeof nothing {
    if (verdict.kind === 'unknown') return nothing
    const why = whyNoPayment(this.state, this.call)
    return html`
      ${
        verdict.tryAnotherCard
          ? html`<button
              class="main"
              ?disabled=${why !== null}
              aria-busy=${this.state.underWay.has('another-card')}
              @click=${() => this.desk.command(this.payment.id, { do: 'another-card' })}
            >
              Use another ${this.payment.method === 'bank-account' ? 'bank account' : 'card'}
            </button>`
          : nothing
      }
      ${
        verdict.kind === 'approved'
          ? html`<button @click=${() => this.desk.openRecord(this.payment.id)}>Take, reverse or refund…</button>`
          : nothing
      }
      <button @click=${() => this.desk.putAway(this.payment)}>
        ${this.call.status === 'ended' ? 'Close' : 'New payment on this call'}
      </button>
    `
  }
}

function fact(name: string, value: string | null, look = ''): TemplateResult | typeof nothing {
  if (!value) return nothing
  return html`<div>
    <dt>${name}</dt>
    <dd class=${look}>${value}</dd>
  </div>`
}

customElements.define('payment-result', PaymentResult)
