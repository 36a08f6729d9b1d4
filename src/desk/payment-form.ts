import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import { exponentOf } from '../base/money.ts'
import type { CallResource } from '../contracts/desk-port.ts'
import { amountAdvice, parseAmount } from './amount.ts'
import { accountCurrencies, type BankAccountChoice } from './bank-account-choice.ts'
import { controlStyles } from './control-styles.ts'
import { commonCurrencies, currencyName, otherCurrencies } from './currencies.ts'
import type { Desk } from './desk.ts'
import { whyNoPayment } from './platform-trouble.ts'
import './receipt-wish.ts'
import type { ReceiptWish } from './receipt-wish.ts'
import type { DeskState } from './state.ts'
import { refusalWords } from './words.ts'

type FormField = 'account' | 'receipt' | 'amount' | 'currency' | 'reference' | 'customer'
type Faults = Partial<Record<FormField, string>>

/** Where the API's complaint about a field belongs on the form: its JSON pointer to our input. */
const pointers: Readonly<Record<string, FormField>> = {
  '/amountMinor': 'amount',
  '/currency': 'currency',
  '/reference': 'reference',
  '/receipts/0/to': 'receipt',
  '/receipts/0/channel': 'receipt',
  '/customer': 'customer',
  '/bankAccount': 'account',
  '/bankAccount/holder/name': 'account',
  '/bankAccount/holder/email': 'account',
  '/bankAccount/holder/address': 'account',
}

/** Amount, currency, reference and customer; every fault stands at its field, and focus goes to the first. */
export class PaymentForm extends LitElement {
  static override properties = {
    desk: { attribute: false },
    state: { attribute: false },
    call: { attribute: false },
    currency: { state: true },
    faults: { state: true },
  }
  static override styles = [
    controlStyles,
    css`
      form {
        display: grid;
        gap: 1.1rem;
      }
      .pair {
        display: grid;
        gap: 1.1rem;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr));
      }
      .check {
        display: flex;
        gap: 0.6rem;
        align-items: center;
        min-height: 2.75rem;
        margin: 0;
        font-weight: 400;
      }
      .check input {
        width: 1.25rem;
        height: 1.25rem;
        accent-color: var(--accent);
      }
      #amount {
        font-size: 1.15rem;
        font-variant-numeric: tabular-nums;
      }
    `,
  ]

  declare desk: Desk
  declare state: DeskState
  declare call: CallResource
  declare currency: string
  declare faults: Faults

  constructor() {
    super()
    this.currency = commonCurrencies[0]
    this.faults = {}
  }

  override render(): TemplateResult {
    const why = whyNoPayment(this.state, this.call)
    const busy = this.state.underWay.has('take-payment')
    const { refusal } = this.state
    const refused = refusal?.intent === 'take-payment' ? refusal : null
    return html`
      <form @submit=${this.#submit} aria-labelledby="title" novalidate>
        <h3 id="title">Take payment</h3>
        ${refused ? html`<p class="refusal" role="alert">${refusalWords(refused)}</p>` : nothing}
        <div class="pair">${this.#amount()} ${this.#currency()}</div>
        <div class="pair">${this.#reference()} ${this.#customer()}</div>
        <bank-account-choice
          .taken=${this.#taken}
          .fault=${this.faults.account ?? null}
        ></bank-account-choice>
        <receipt-wish .fault=${this.faults.receipt ?? null}></receipt-wish>
        <label class="check">
          <input type="checkbox" name="manual" />
          Ask me before the card is charged
        </label>
        <div class="row">
          <button class="main" type="submit" ?disabled=${why !== null} aria-busy=${busy} aria-describedby="why">
            Take payment
          </button>
          <p class="hint" id="why" data-testid="why-no-payment">${why ?? ''}</p>
        </div>
      </form>
    `
  }

  #amount(): TemplateResult {
    const example = { 0: '1050', 2: '10.50', 3: '10.500' }[exponentOf(this.currency)]
    return html`<div>
      <label for="amount">Amount</label>
      <input
        id="amount"
        name="amount"
        inputmode="decimal"
        autocomplete="off"
        aria-invalid=${this.faults.amount ? 'true' : 'false'}
        aria-describedby="amount-hint amount-fault"
      />
      <p class="hint" id="amount-hint">For example ${example}</p>
      ${this.#fault('amount')}
    </div>`
  }

  #currency(): TemplateResult {
    const option = (code: string) =>
      html`<option value=${code} ?selected=${code === this.currency}>${currencyName(code)}</option>`
    return html`<div>
      <label for="currency">Currency</label>
      <select
        id="currency"
        name="currency"
        aria-describedby="currency-fault"
        @change=${(event: Event) => {
          this.currency = (event.currentTarget as HTMLSelectElement).value
        }}
      >
        <optgroup label="Often used">${commonCurrencies.map(option)}</optgroup>
        <optgroup label="All others">${otherCurrencies().map(option)}</optgroup>
      </select>
      ${this.#fault('currency')}
    </div>`
  }

  #reference(): TemplateResult {
    return html`<div>
      <label for="reference">Reference</label>
      <input
        id="reference"
        name="reference"
        maxlength="64"
        autocomplete="off"
        aria-invalid=${this.faults.reference ? 'true' : 'false'}
        aria-describedby="reference-hint reference-fault"
      />
      <p class="hint" id="reference-hint">Your order or invoice number. Never card digits.</p>
      ${this.#fault('reference')}
    </div>`
  }

  #customer(): TemplateResult {
    return html`<div>
      <label for="customer">Customer (optional)</label>
      <input
        id="customer"
        name="customer"
        maxlength="255"
        autocomplete="off"
        aria-invalid=${this.faults.customer ? 'true' : 'false'}
        aria-describedby="customer-hint customer-fault"
      />
      <p class="hint" id="customer-hint">As your systems name them.</p>
      ${this.#fault('customer')}
    </div>`
  }

  #fault(field: FormField): TemplateResult {
    return html`<p class="fault" id="${field}-fault">${this.faults[field] ?? ''}</p>`
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    const before = changed.get('state') as DeskState | undefined
    const { refusal } = this.state
    if (!before || before.refusal === refusal || refusal?.intent !== 'take-payment') return
    const field = pointers[refusal.problem?.field ?? '']
    if (field && refusal.problem) this.faults = { [field]: refusal.problem.detail }
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault()
    const data = new FormData(event.currentTarget as HTMLFormElement)
    const amount = parseAmount(String(data.get('amount')), this.currency)
    const reference = String(data.get('reference')).trim()
    const customer = String(data.get('customer')).trim()
    const wish = this.#wish
    const { account, missing } = this.#choice.choice
    this.faults = {
      ...(wish.missing && { receipt: wish.missing }),
      ...(missing && { account: missing }),
      ...(!amount.ok && { amount: amountAdvice(amount.fault, this.currency) }),
      ...(reference === '' && { reference: 'Enter the order or invoice number.' }),
    }
    if (!amount.ok || reference === '') {
      void this.#focus(amount.ok ? 'reference' : 'amount')
      return
    }
    if (missing) return void this.#choice.focus()
    if (wish.missing) return void this.renderRoot.querySelector<HTMLElement>('receipt-wish')?.focus()
    void this.desk.takePayment({
      callId: this.call.id,
      amountMinor: amount.amountMinor,
      currency: this.currency,
      reference,
      ...(customer && { customer }),
      ...(wish.order && { receipts: [wish.order] }),
      ...(account && { bankAccount: account }),
      confirm: data.has('manual') ? 'manual' : 'automatic',
    })
  }

  /** Of which accounts the gateway takes debits in the chosen currency. */
  get #taken(): BankAccountChoice['taken'] {
    const taken = this.state.session?.bankAccounts ?? []
    return taken.find(({ scheme }) => accountCurrencies[scheme] === this.currency) ?? null
  }

  get #choice(): BankAccountChoice {
    return this.renderRoot.querySelector('bank-account-choice') as BankAccountChoice
  }

  get #wish(): ReceiptWish['wish'] {
    return (this.renderRoot.querySelector('receipt-wish') as ReceiptWish).wish
  }

  async #focus(field: FormField): Promise<void> {
    await this.updateComplete
    this.renderRoot.querySelector<HTMLElement>(`#${field}`)?.focus()
  }
}

customElements.define('payment-form', PaymentForm)
