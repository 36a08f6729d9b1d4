import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import { formatMoney } from '../base/money.ts'
import type { CallResource, FieldView, PaymentResource } from '../contracts/desk-port.ts'
import type { PaymentCommand } from './api.ts'
import { controlStyles } from './control-styles.ts'
import type { Desk } from './desk.ts'
import { linkWords } from './link-panel.ts'
import { whyNoPayment } from './platform-trouble.ts'
import type { DeskState } from './state.ts'
import { cardWords, endingWords, faultAdvice, fieldNames, refusalWords } from './words.ts'
import './assistance-choice.ts'
import './countdown-clock.ts'
import './other-ways.ts'
import './field-dots.ts'

/** A payment under way: the fields as they fill, and what the agent can do about them. */
export class CollectionPanel extends LitElement {
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
      .top {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 1rem;
        align-items: baseline;
        justify-content: space-between;
      }
      .fields {
        display: grid;
        list-style: none;
        border: 1px solid var(--line);
        border-radius: var(--radius);
      }
      .field {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0.35rem 1rem;
        align-items: center;
        padding: 0.8rem 1rem;
      }
      .field + .field {
        border-top: 1px solid var(--line);
      }
      .field.asked {
        background: color-mix(in srgb, var(--accent) 7%, transparent);
      }
      .field:first-child {
        border-radius: var(--radius) var(--radius) 0 0;
      }
      .field > * {
        grid-column: 1;
      }
      .field button {
        grid-column: 2;
        grid-row: 1 / span 2;
      }
      .name {
        display: flex;
        flex-wrap: wrap;
        gap: 0.2rem 0.75rem;
        align-items: baseline;
      }
      .chip {
        padding: 0.05rem 0.6rem;
        border: 1px solid var(--line-strong);
        border-radius: 99px;
        font-size: 0.88rem;
      }
      .accepted-mark {
        color: var(--secured);
        font-weight: 600;
      }
    `,
  ]

  declare desk: Desk
  declare state: DeskState
  declare call: CallResource
  declare payment: PaymentResource
  #hadFocus = false

  override render(): TemplateResult {
    const { payment } = this
    const { refusal } = this.state
    return html`
      <div class="top">
        <h3 tabindex="-1">${this.#what} for ${formatMoney(payment)} · ${payment.reference}</h3>
        <countdown-clock
          .clock=${this.desk.clock}
          .deadlineAt=${payment.status === 'collecting' ? (payment.collection?.deadlineAt ?? null) : null}
        ></countdown-clock>
        ${payment.collection?.suspended ? html`<p>Caller on hold: nothing runs out</p>` : nothing}
      </div>
      ${refusal ? html`<p class="refusal" role="alert">${refusalWords(refusal)}</p>` : nothing}
      ${this.#step()}
      ${
        payment.collection && payment.status !== 'created'
          ? html`<ul class="fields" aria-label="${this.#what} details">
              ${payment.collection.fields.map((field) => this.#field(field))}
            </ul>`
          : nothing
      }
      <div class="row">${this.#actions()}</div>
      ${
        payment.status === 'created' || payment.status === 'collecting'
          ? html`<assistance-choice .callId=${payment.callId} .keying=${isNumberKeyed(payment)}></assistance-choice>`
          : nothing
      }
      ${payment.status === 'authorising' ? nothing : html`<other-ways .payment=${payment}></other-ways>`}
    `
  }

  protected override willUpdate(): void {
    this.#hadFocus = this.shadowRoot?.activeElement != null
  }

  protected override firstUpdated(): void {
    // The form that had the focus is gone: bring it here, so that the next Tab reaches these buttons.
    this.#hadFocus = document.activeElement === document.body || this.state.underWay.size > 0
  }

  protected override updated(): void {
    // The button that had the focus may be gone too, as "Clear" is once the field is empty.
    if (this.#hadFocus && !this.shadowRoot?.activeElement)
      this.renderRoot.querySelector<HTMLElement>('h3')?.focus()
  }

  #step(): TemplateResult {
    const words = (text: string) => html`<p class="hint" data-testid="step">${text}</p>`
    switch (this.payment.status) {
      case 'created': {
        const why = this.payment.collection?.why
        const link = linkWords(this.payment)
        if (link) return words(link)
        return words(
          why
            ? `${endingWords(why)} Nothing was charged.`
            : `The payment is prepared. The ${this.#noun} has not been asked for yet.`,
        )
      }
      case 'ready':
        return words(`The ${this.#noun} is complete. Nothing has been charged yet.`)
      case 'authorising':
        return words(`The ${this.#noun} is complete. Asking the gateway…`)
      default: {
        const { collection } = this.payment
        const next = collection?.fields.find(({ state }) => state !== 'accepted')
        if (!next || collection?.state !== 'collecting') return words('Getting ready…')
        return words(`The caller's turn: ${fieldNames[next.field].toLowerCase()}.`)
      }
    }
  }

  #field(field: FieldView): TemplateResult {
    const name = fieldNames[field.field]
    const clearable = this.payment.status === 'collecting' && (field.length > 0 || field.state === 'accepted')
    return html`
      <li class="field ${isAsked(field.state) ? 'asked' : ''}" data-testid="field-${field.field}" data-state=${field.state}>
        <span class="name">
          ${name} ${field.field === 'pan' || field.field === 'account-number' ? this.#card() : nothing}
          ${field.state === 'accepted' ? html`<span class="accepted-mark">✓ accepted</span>` : nothing}
        </span>
        <field-dots .field=${field} .brand=${this.payment.collection?.brand ?? null}></field-dots>
        ${field.fault ? html`<p class="fault">${faultAdvice[field.fault]}</p>` : nothing}
        ${
          clearable
            ? html`<button
                class="small"
                aria-busy=${this.#busy('clear-field')}
                aria-label="Clear ${name.toLowerCase()}"
                @click=${() => this.#send({ do: 'clear-field', field: field.field })}
              >
                Clear
              </button>`
            : nothing
        }
      </li>
    `
  }

  #card(): TemplateResult | typeof nothing {
    const card = cardWords(this.payment.collection ?? this.payment) ?? cardWords(this.payment)
    return card ? html`<span class="chip" data-testid="card">${card}</span>` : nothing
  }

  #actions(): TemplateResult {
    const { status, confirm } = this.payment
    const button = (label: string, command: PaymentCommand, look = '') =>
      html`<button class=${look} aria-busy=${this.#busy(command.do)} @click=${() => this.#send(command)}>
        ${label}
      </button>`
    const cancel = button('Cancel payment', { do: 'cancel' })
    if (status === 'authorising') return html`${nothing}`
    if (status === 'created') return html`${this.#askForCard()} ${cancel}`
    const anotherCard = button(`Use another ${this.#noun}`, { do: 'another-card' })
    if (status === 'ready') {
      const charge = button(`Confirm ${formatMoney(this.payment)}`, { do: 'confirm' }, 'main')
      return html`${confirm === 'manual' ? charge : nothing} ${anotherCard} ${cancel}`
    }
    return html`${button('More time', { do: 'extend', bySeconds: 60 })} ${anotherCard} ${cancel}`
  }

  #askForCard(): TemplateResult {
    const why = whyNoPayment(this.state, this.call)
    return html`
      <button
        class="main"
        ?disabled=${why !== null}
        aria-busy=${this.#busy('arm')}
        aria-describedby="why"
        @click=${() => this.#send({ do: 'arm' })}
      >
        ${this.payment.collection ? `Ask for the ${this.#noun} again` : `Ask for the ${this.#noun}`}
      </button>
      <span class="hint" id="why">${why ?? ''}</span>
    `
  }

  get #noun(): string {
    return this.payment.method === 'bank-account' ? 'bank account' : 'card'
  }

  get #what(): string {
    return this.payment.method === 'bank-account' ? 'Bank account' : 'Card'
  }

  #busy(intent: PaymentCommand['do']): boolean {
    return this.state.underWay.has(intent)
  }

  #send(command: PaymentCommand): void {
    void this.desk.command(this.payment.id, command)
  }
}

function isAsked(state: FieldView['state']): boolean {
  return state === 'asked' || state === 'keying' || state === 'rejected'
}

/** The digits of a card's or an account's number are being keyed: what must not be read aloud. */
function isNumberKeyed({ collection }: PaymentResource): boolean {
  const isNumber = (field: string) => field === 'pan' || field === 'account-number'
  return collection?.fields.some(({ field, state }) => isNumber(field) && state === 'keying') ?? false
}

customElements.define('collection-panel', CollectionPanel)
