import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { z } from 'zod'
import type { BankScheme, NewBankAccount } from '../contracts/bank-account.ts'
import type { SessionResource } from '../contracts/desk-port.ts'
import { controlStyles } from './control-styles.ts'
import { formStyles } from './form-styles.ts'

type Account = z.input<typeof NewBankAccount>
type Choice = { readonly account: Account | null; readonly missing: string | null }
type Taken = SessionResource['bankAccounts'][number]

const names: Readonly<Record<BankScheme, string>> = {
  uk: 'UK bank account (Direct Debit)',
  us: 'US bank account (ACH debit)',
}

/**
 * Whether the caller keys a card or a bank account, where the gateway takes accounts in this currency; and of an account
 * whose it is and that they agree. No digit of it is written here: the caller keys it.
 */
export class BankAccountChoice extends LitElement {
  static override properties = {
    taken: { attribute: false },
    fault: { attribute: false },
    chosen: { state: true },
  }
  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true }
  static override styles = [
    controlStyles,
    formStyles,
    css`
      :host {
        display: block;
      }
    `,
  ]

  /** What the gateway takes in the currency; null: cards only. */
  declare taken: Taken | null
  declare fault: string | null
  declare chosen: boolean

  constructor() {
    super()
    this.taken = null
    this.fault = null
    this.chosen = false
  }

  /** What to order, or what is missing for it. A card: neither. */
  get choice(): Choice {
    if (!this.taken || !this.chosen) return { account: null, missing: null }
    const { scheme, needs } = this.taken
    const name = this.#text('name')
    const email = this.#text('email')
    const address = {
      line1: this.#text('line1'),
      city: this.#text('city'),
      postalCode: this.#text('postal-code'),
    }
    const asked = [name, ...(needs.includes('email') ? [email] : [])]
    if (needs.includes('address')) asked.push(...Object.values(address))
    if (asked.includes(''))
      return { account: null, missing: 'Ask whose account it is, and fill in all of it.' }
    if (!this.#input('agrees')?.checked)
      return { account: null, missing: 'Ask the caller whether they agree to the debit, and tick the box.' }
    const holder = {
      name,
      ...(needs.includes('email') ? { email } : {}),
      ...(needs.includes('address') ? { address: { ...address, country: countries[scheme] } } : {}),
    }
    return { account: { holder, mandate: 'spoken' }, missing: null }
  }

  override render(): TemplateResult | typeof nothing {
    if (!this.taken) return nothing
    const { scheme } = this.taken
    return html`<label for="method">The caller keys</label>
      <select
        id="method"
        @change=${(event: Event) => {
          this.chosen = (event.target as HTMLSelectElement).value === 'account'
        }}
      >
        <option value="card" ?selected=${!this.chosen}>A card</option>
        <option value="account" ?selected=${this.chosen}>${names[scheme]}</option>
      </select>
      ${this.chosen ? this.#holder(this.taken) : nothing}
      <p class="fault" id="account-fault">${this.fault ?? ''}</p>`
  }

  #holder({ needs }: Taken): TemplateResult {
    const field = (id: string, label: string, type = 'text') => html`<div>
      <label for=${id}>${label}</label>
      <input id=${id} type=${type} maxlength="140" autocomplete="off" aria-describedby="account-fault" />
    </div>`
    return html`<div class="fields">
        ${field('name', 'Name on the account')}
        ${needs.includes('email') ? field('email', 'The holder’s e-mail address', 'email') : nothing}
        ${
          needs.includes('address')
            ? html`${field('line1', 'Street and number')} ${field('city', 'Town')} ${field('postal-code', 'Postcode')}`
            : nothing
        }
      </div>
      <label class="check"><input id="agrees" type="checkbox" /> The caller agrees that the account is debited</label>
      <p class="hint">The bank takes days to say whether it pays. Nothing counts as taken before.</p>`
  }

  #input(id: string): HTMLInputElement | null {
    return this.renderRoot.querySelector(`#${id}`)
  }

  #text(id: string): string {
    return this.#input(id)?.value.trim() ?? ''
  }
}

/** In which currency each kind of account is debited. */
export const accountCurrencies: Readonly<Record<BankScheme, string>> = { uk: 'GBP', us: 'USD' }

const countries: Readonly<Record<BankScheme, string>> = { uk: 'GB', us: 'US' }

customElements.define('bank-account-choice', BankAccountChoice)
