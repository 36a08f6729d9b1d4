import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import { formatMoney } from '../base/money.ts'
import type { PaymentResource } from '../contracts/desk-port.ts'
import type { PayLinkView } from '../contracts/pay-links.ts'
import { controlStyles } from './control-styles.ts'
import { ResultsApi } from './results-api.ts'
import { whenWords } from './words.ts'

const stateWords: Readonly<Record<PayLinkView['state'], string>> = {
  making: 'The gateway is making the page…',
  open: 'Waiting for the caller to open it.',
  opened: 'The caller has opened it.',
  paid: 'Paid.',
  expired: 'The link has expired. Nothing was charged.',
  withdrawn: 'The link was withdrawn. Nothing was charged.',
  failed: 'The gateway made no link. Nothing was charged.',
}

const deliveryWords: Readonly<Record<PayLinkView['delivery'], string>> = {
  none: 'Pass the address on yourself.',
  sending: 'Being sent…',
  sent: 'Sent.',
  refused: 'Not accepted: withdraw it, and check the address.',
  unclear: 'Nobody can tell whether it was sent: ask the caller.',
}

/** What became of a link, in one sentence; null when the payment never had one. */
export function linkWords(payment: PaymentResource): string | null {
  return payment.payLink && stateWords[payment.payLink.state]
}

/** The payment's open link while the call goes on: sent, opened, and the way back to the keypad. */
export class LinkPanel extends LitElement {
  static override properties = {
    payment: { attribute: false },
    fault: { state: true },
    busy: { state: true },
  }
  static override styles = [
    controlStyles,
    css`
      :host {
        display: grid;
        gap: 1.1rem;
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
    `,
  ]

  declare payment: PaymentResource
  declare fault: string | null
  declare busy: boolean
  readonly #api = new ResultsApi()

  constructor() {
    super()
    this.fault = null
    this.busy = false
  }

  override render(): TemplateResult | typeof nothing {
    const { payment } = this
    const link = payment.payLink
    if (!link) return nothing
    return html`
      <h3 tabindex="-1">Pay link for ${formatMoney(payment)} · ${payment.reference}</h3>
      <p data-testid="link-state" data-state=${link.state}>${stateWords[link.state]}</p>
      <dl>
        ${link.to ? fact('Sent to', link.to) : nothing} ${fact('Message', deliveryWords[link.delivery], 'link-delivery')}
        ${fact('Valid until', whenWords(link.expiresAt))}
        ${link.openedAt === null ? nothing : fact('Opened', whenWords(link.openedAt))}
        ${link.channel === null && link.url ? fact('Address', link.url, 'link-url') : nothing}
      </dl>
      <p class="hint">The caller pays at the gateway’s own page. Nothing is keyed on this call meanwhile.</p>
      ${this.fault ? html`<p class="fault" role="alert">${this.fault}</p>` : nothing}
      <div class="row">
        <button ?disabled=${this.busy} aria-busy=${this.busy} @click=${this.#withdraw}>Withdraw the link</button>
      </div>
    `
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>('h3')?.focus()
  }

  async #withdraw(): Promise<void> {
    this.busy = true
    const told = await this.#api.ask('withdrawPayLink', { id: this.payment.id, body: {} })
    this.busy = false
    this.fault = told.fault
  }
}

function fact(name: string, value: string, testId = ''): TemplateResult {
  return html`<div>
    <dt>${name}</dt>
    <dd data-testid=${testId || nothing}>${value}</dd>
  </div>`
}

customElements.define('link-panel', LinkPanel)
