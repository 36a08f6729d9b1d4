import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import { formatMoney, toDecimal } from '../base/money.ts'
import type { PaymentResource } from '../contracts/desk-port.ts'
import { amountAdvice, parseAmount } from './amount.ts'
import type { PaymentOrder } from './api.ts'
import { controlStyles } from './control-styles.ts'
import { type Orderable, orderNames } from './orders.ts'

/** What each order does, in the words that the agent can say to the customer. */
const explained: Readonly<Record<Orderable['kind'], string>> = {
  capture: 'Takes what is reserved on the card, or a part of it, once. What is left is released.',
  void: 'Nothing is taken, and what was reserved is released. This cannot be undone.',
  refund:
    'Gives money back to the same card, all of it or a part. The bank may take days. This cannot be undone.',
}

/**
 * Asks once more before money moves: the amount where there is one, and then a button that says exactly what it does.
 * Fires `order` with the PaymentOrder, and `leave` on Escape or when the agent thinks better of it.
 */
export class OrderForm extends LitElement {
  static override properties = {
    payment: { attribute: false },
    orderable: { attribute: false },
    busy: { type: Boolean },
    fault: { state: true },
    typed: { state: true },
  }
  static override styles = [
    controlStyles,
    css`
      form {
        display: grid;
        gap: 1.1rem;
        padding: 1.1rem 1.25rem;
        border: 1px solid var(--line-strong);
        border-radius: var(--radius);
      }
    `,
  ]

  declare payment: PaymentResource
  declare orderable: Orderable
  declare busy: boolean
  declare fault: string
  declare typed: string | null

  constructor() {
    super()
    this.busy = false
    this.fault = ''
    this.typed = null
  }

  override render(): TemplateResult {
    const { kind } = this.orderable
    return html`
      <form aria-labelledby="title" aria-describedby="what" novalidate @submit=${this.#submit} @keydown=${this.#onKey}>
        <h4 id="title" tabindex="-1">${orderNames[kind]}</h4>
        <p class="hint" id="what">${explained[kind]}</p>
        ${kind === 'void' ? nothing : this.#amount()} ${kind === 'refund' ? this.#reason() : nothing}
        <div class="row">
          <button class="main" type="submit" aria-busy=${this.busy}>${this.#does()}</button>
          <button type="button" @click=${this.#leave}>Leave it as it is</button>
        </div>
      </form>
    `
  }

  protected override firstUpdated(): void {
    const first = this.renderRoot.querySelector<HTMLElement>('#amount, #title')
    this.renderRoot.querySelector<HTMLInputElement>('#amount')?.select()
    ;(this.renderRoot.querySelector<HTMLElement>('#amount') ?? first)?.focus()
  }

  #amount(): TemplateResult {
    const { payment, orderable } = this
    const most = { amountMinor: orderable.mostMinor, currency: payment.currency }
    return html`<div>
      <label for="amount">Amount in ${payment.currency}</label>
      <input
        id="amount"
        name="amount"
        inputmode="decimal"
        autocomplete="off"
        .value=${this.typed ?? toDecimal(most)}
        aria-invalid=${this.fault ? 'true' : 'false'}
        aria-describedby="most fault"
        @input=${(event: Event) => {
          this.typed = (event.currentTarget as HTMLInputElement).value
          this.fault = ''
        }}
      />
      <p class="hint" id="most">At most ${formatMoney(most)}.</p>
      <p class="fault" id="fault" role="alert">${this.fault}</p>
    </div>`
  }

  #reason(): TemplateResult {
    return html`<div>
      <label for="reason">Why (optional)</label>
      <input id="reason" name="reason" maxlength="200" autocomplete="off" aria-describedby="reason-hint" />
      <p class="hint" id="reason-hint">For your books. Never card digits.</p>
    </div>`
  }

  /** On the button that does it: `Refund £4.00`. */
  #does(): string {
    const { kind } = this.orderable
    const amount = this.#read()
    if (kind === 'void' || !amount.ok) return orderNames[kind]
    const money = formatMoney({ amountMinor: amount.amountMinor, currency: this.payment.currency })
    return kind === 'capture' ? `Take ${money}` : `Refund ${money}`
  }

  #read(): ReturnType<typeof parseAmount> {
    const { mostMinor } = this.orderable
    if (this.typed === null) return { ok: true, amountMinor: mostMinor }
    return parseAmount(this.typed, this.payment.currency)
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault()
    if (this.busy) return
    const given = String(new FormData(event.currentTarget as HTMLFormElement).get('reason') ?? '').trim()
    const order = this.#orderOf(given)
    if (order) this.dispatchEvent(new CustomEvent('order', { detail: order }))
    else this.renderRoot.querySelector<HTMLElement>('#amount')?.focus()
  }

  /** Undefined when the amount cannot be ordered; then the fault says why. */
  #orderOf(reason: string): PaymentOrder | undefined {
    const { kind, mostMinor } = this.orderable
    if (kind === 'void') return { do: 'void' }
    const { currency } = this.payment
    const amount = this.#read()
    if (!amount.ok) {
      this.fault = amountAdvice(amount.fault, currency)
      return undefined
    }
    const { amountMinor } = amount
    if (amountMinor > mostMinor) {
      this.fault = `More than is left: at most ${formatMoney({ amountMinor: mostMinor, currency })}.`
      return undefined
    }
    if (kind === 'capture') return { do: 'capture', amountMinor }
    return { do: 'refund', amountMinor, ...(reason === '' ? {} : { reason }) }
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape') this.#leave()
  }

  #leave(): void {
    this.dispatchEvent(new CustomEvent('leave'))
  }
}

customElements.define('order-form', OrderForm)
