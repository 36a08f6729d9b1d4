import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { ReceiptChannel, ReceiptResource } from '../contracts/receipts.ts'
import { controlStyles } from './control-styles.ts'
import { ResultsApi } from './results-api.ts'

type List = { readonly data: readonly ReceiptResource[] }

const stateWords: Readonly<Record<ReceiptResource['state'], string>> = {
  wanted: 'goes out when the money has moved',
  sending: 'on its way',
  sent: 'sent',
  refused: 'not accepted: check the address and send it again',
  unclear: 'nobody can tell whether it was sent: an administrator decides',
}

/** How often what is on its way is looked at, in ms. */
const lookAgainMs = 2_000

/** Where the caller wants the receipts of one payment, and what became of them. */
export class ReceiptForm extends LitElement {
  static override properties = {
    paymentId: { attribute: false },
    channel: { state: true },
    receipts: { state: true },
    fault: { state: true },
    busy: { state: true },
  }
  static override styles = [
    controlStyles,
    css`
      :host {
        display: block;
      }
      form {
        display: grid;
        gap: 0.8rem;
        max-width: 30rem;
        margin-top: 0.6rem;
      }
      ul {
        list-style: none;
        margin-top: 0.4rem;
      }
      .consent {
        display: flex;
        gap: 0.6rem;
        align-items: start;
        font-weight: 400;
      }
      .consent input {
        flex: none;
        width: 1.15rem;
        height: 1.15rem;
        margin-top: 0.15rem;
      }
    `,
  ]

  declare paymentId: string
  declare channel: ReceiptChannel
  declare receipts: readonly ReceiptResource[]
  declare fault: string | null
  declare busy: boolean
  readonly #api = new ResultsApi()
  #timer: number | undefined

  constructor() {
    super()
    this.channel = 'email'
    this.receipts = []
    this.fault = null
    this.busy = false
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#timer)
  }

  override render(): TemplateResult {
    const isEmail = this.channel === 'email'
    return html`
      <h3 id="receipt">Receipt</h3>
      <ul aria-live="polite">
        ${this.receipts.map(
          ({ kind, channel, to, state }) => html`<li data-testid="receipt" data-state=${state}>
            ${kind === 'refund' ? 'Refund' : 'Sale'} by ${channel === 'email' ? 'e-mail' : 'text message'} to ${to}:
            ${stateWords[state]}
          </li>`,
        )}
      </ul>
      <form aria-labelledby="receipt" @submit=${this.#send}>
        <div class="row">${this.#choice('email', 'E-mail')} ${this.#choice('text', 'Text message')}</div>
        <div>
          <label for="to">${isEmail ? 'The caller’s e-mail address' : 'The caller’s mobile number, with country code'}</label>
          <input
            id="to"
            name="to"
            type=${isEmail ? 'email' : 'tel'}
            placeholder=${isEmail ? 'name@example.com' : '+44…'}
            maxlength="254"
            autocomplete="off"
            required
            aria-describedby=${this.fault ? 'fault' : nothing}
          />
        </div>
        <label class="consent">
          <input type="checkbox" name="consent" required /> The caller agrees to be sent the receipt there
        </label>
        ${this.fault ? html`<p class="fault" id="fault" role="alert">${this.fault}</p>` : nothing}
        <div><button ?disabled=${this.busy} aria-busy=${this.busy}>Send receipt</button></div>
      </form>
    `
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('paymentId')) {
      this.receipts = []
      this.fault = null
      void this.#look()
    }
  }

  #choice(channel: ReceiptChannel, name: string): TemplateResult {
    return html`<button
      type="button"
      class="small"
      aria-pressed=${this.channel === channel}
      @click=${() => {
        this.channel = channel
      }}
    >
      ${name}
    </button>`
  }

  async #send(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const form = event.target as HTMLFormElement
    const to = String(new FormData(form).get('to') ?? '').trim()
    this.busy = true
    const body = { channel: this.channel, to, consent: true } as const
    const { value, fault } = await this.#api.ask('orderReceipt', { id: this.paymentId, body })
    this.busy = false
    this.fault = fault
    if (!value) return
    form.reset()
    this.#show(value)
  }

  async #look(): Promise<void> {
    const { value } = await this.#api.ask('listReceipts', { id: this.paymentId })
    if (value) this.#show(value)
  }

  #show({ data }: List): void {
    this.receipts = data
    clearTimeout(this.#timer)
    if (this.isConnected && data.some(({ state }) => state === 'sending'))
      this.#timer = window.setTimeout(() => void this.#look(), lookAgainMs)
  }
}

customElements.define('receipt-form', ReceiptForm)
