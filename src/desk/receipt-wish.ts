import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { z } from 'zod'
import type { ReceiptChannel, ReceiptOrder } from '../contracts/receipts.ts'
import { controlStyles } from './control-styles.ts'
import { formStyles } from './form-styles.ts'

type Order = z.input<typeof ReceiptOrder>
type Wish = { readonly order: Order | null; readonly missing: string | null }

/** Whether the caller wants a receipt of the payment that is about to be taken, where, and that they said so. */
export class ReceiptWish extends LitElement {
  static override properties = { fault: { attribute: false }, channel: { state: true } }
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

  /** What is wrong with what was written; null when nothing is. */
  declare fault: string | null
  declare channel: ReceiptChannel | 'none'

  constructor() {
    super()
    this.fault = null
    this.channel = 'none'
  }

  /** What to order, or what is missing for it. */
  get wish(): Wish {
    if (this.channel === 'none') return { order: null, missing: null }
    const to = this.#input('to').value.trim()
    if (to === '') return { order: null, missing: 'Enter where the receipt goes, or choose “No receipt”.' }
    if (!this.#input('consent').checked)
      return { order: null, missing: 'Ask the caller whether they agree, and tick the box.' }
    return { order: { channel: this.channel, to, consent: true }, missing: null }
  }

  override render(): TemplateResult {
    const isEmail = this.channel === 'email'
    return html`<div class="fields">
        <div>
          <label for="receipt">Receipt</label>
          <select
            id="receipt"
            @change=${(event: Event) => {
              this.channel = (event.target as HTMLSelectElement).value as ReceiptChannel | 'none'
            }}
          >
            <option value="none">No receipt</option>
            <option value="email">By e-mail</option>
            <option value="text">By text message</option>
          </select>
        </div>
        ${
          this.channel === 'none'
            ? nothing
            : html`<div>
                <label for="to">${isEmail ? 'The caller’s e-mail address' : 'The caller’s mobile number'}</label>
                <input
                  id="to"
                  type=${isEmail ? 'email' : 'tel'}
                  placeholder=${isEmail ? 'name@example.com' : '+44…'}
                  maxlength="254"
                  autocomplete="off"
                  aria-invalid=${this.fault !== null}
                  aria-describedby="receipt-fault"
                />
              </div>`
        }
      </div>
      ${
        this.channel === 'none'
          ? nothing
          : html`<label class="check"><input id="consent" type="checkbox" /> The caller agrees to be sent the receipt there</label>`
      }
      <p class="fault" id="receipt-fault">${this.fault ?? ''}</p>`
  }

  #input(id: string): HTMLInputElement {
    return this.renderRoot.querySelector(`#${id}`) as HTMLInputElement
  }
}

customElements.define('receipt-wish', ReceiptWish)
