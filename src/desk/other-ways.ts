import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { PaymentResource } from '../contracts/desk-port.ts'
import type { PayLinkChannel } from '../contracts/pay-links.ts'
import type { StoredCardResource } from '../contracts/stored-cards.ts'
import { controlStyles } from './control-styles.ts'
import { ResultsApi, type Told } from './results-api.ts'
import { cardWords } from './words.ts'

/** The same payment in another way: a card that is kept for the customer, or a link to the gateway's own page. */
export class OtherWays extends LitElement {
  static override properties = {
    payment: { attribute: false },
    channel: { state: true },
    cards: { state: true },
    fault: { state: true },
    busy: { state: true },
  }
  static override styles = [
    controlStyles,
    css`
      details > div {
        display: grid;
        gap: 1.1rem;
        padding-top: 0.8rem;
      }
      summary {
        cursor: pointer;
        font-weight: 600;
        min-height: 2rem;
      }
      form {
        display: grid;
        gap: 0.8rem;
        max-width: 30rem;
      }
      ul {
        list-style: none;
        display: grid;
        gap: 0.5rem;
      }
    `,
  ]

  declare payment: PaymentResource
  declare channel: PayLinkChannel
  declare cards: readonly StoredCardResource[]
  declare fault: string | null
  declare busy: boolean
  readonly #api = new ResultsApi()

  constructor() {
    super()
    this.channel = 'text'
    this.cards = []
    this.fault = null
    this.busy = false
  }

  override render(): TemplateResult {
    return html`
      <details>
        <summary>Pay in another way</summary>
        <div>
          ${this.fault ? html`<p class="fault" role="alert">${this.fault}</p>` : nothing} ${this.#cards()}
          ${this.#link()} ${this.#keep()}
        </div>
      </details>
    `
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    const before = changed.get('payment') as PaymentResource | undefined
    if (changed.has('payment') && before?.id !== this.payment.id) void this.#look()
  }

  #cards(): TemplateResult | typeof nothing {
    const usable = this.cards.filter(({ expired, state }) => !expired && state === 'kept')
    const going = this.cards.filter(({ state }) => state === 'forgetting')
    if (usable.length === 0 && going.length === 0) return nothing
    return html`<ul aria-label="Cards that are kept for ${this.payment.customer}">
      ${usable.map(
        (card) => html`<li class="row" data-testid="stored-card">
          <button ?disabled=${this.busy} @click=${() => this.#do(this.#api.ask('payWithStoredCard', { id: this.payment.id, body: { cardId: card.id } }))}>
            Pay with ${cardWords(card)}
          </button>
          <button class="small" ?disabled=${this.busy} @click=${() => this.#forget(card)}>Forget it</button>
        </li>`,
      )}
      ${going.map(
        (card) => html`<li data-testid="card-being-forgotten">
          ${cardWords(card)} is not used any more.
          ${
            card.stillAtGateway
              ? 'The gateway has not deleted it yet; it is being told again.'
              : 'The gateway is being told to delete it.'
          }
        </li>`,
      )}
    </ul>`
  }

  #link(): TemplateResult {
    const isText = this.channel === 'text'
    return html`<form @submit=${this.#sendLink} aria-label="Pay link">
      <div class="row">${this.#choice('text', 'By text message')} ${this.#choice('email', 'By e-mail')}</div>
      <div>
        <label for="to">${isText ? 'The caller’s mobile number, with country code' : 'The caller’s e-mail address'}</label>
        <input
          id="to"
          name="to"
          type=${isText ? 'tel' : 'email'}
          placeholder=${isText ? '+44…' : 'name@example.com'}
          maxlength="254"
          autocomplete="off"
          required
        />
      </div>
      <div><button ?disabled=${this.busy} aria-busy=${this.busy}>Send a pay link</button></div>
    </form>`
  }

  #keep(): TemplateResult | typeof nothing {
    const { customer, keepCard, method } = this.payment
    if (customer === null || method === 'bank-account') return nothing
    if (keepCard) return html`<p class="hint" data-testid="keep">The card will be kept for ${customer}.</p>`
    return html`<div>
      <button
        ?disabled=${this.busy}
        @click=${() =>
          this.#do(
            this.#api.ask('keepCard', {
              id: this.payment.id,
              body: { use: 'customer', consent: 'spoken' },
            }),
          )}
      >
        The caller agrees that this card is kept
      </button>
    </div>`
  }

  #choice(channel: PayLinkChannel, label: string): TemplateResult {
    return html`<label class="row">
      <input
        type="radio"
        name="channel"
        ?checked=${this.channel === channel}
        @change=${() => {
          this.channel = channel
        }}
      />
      ${label}
    </label>`
  }

  async #look(): Promise<void> {
    this.cards = []
    const { customer } = this.payment
    if (customer === null) return
    const told = await this.#api.ask('listStoredCards', { query: { customer } })
    if (told.value) this.cards = told.value.data
  }

  #sendLink(event: SubmitEvent): void {
    event.preventDefault()
    const to = String(new FormData(event.currentTarget as HTMLFormElement).get('to')).trim()
    const address = to.replace(/^00/, '+').replace(/[ ()]/g, '')
    const body = { channel: this.channel, to: address }
    void this.#do(this.#api.ask('sendPayLink', { id: this.payment.id, body }))
  }

  async #forget({ id }: StoredCardResource): Promise<void> {
    await this.#do(this.#api.ask('forgetStoredCard', { id, body: {} }))
    await this.#look()
  }

  /** What becomes of it comes with the stream of payments. */
  async #do(asked: Promise<Told<unknown>>): Promise<void> {
    this.busy = true
    const { fault } = await asked
    this.busy = false
    this.fault = fault
  }
}

customElements.define('other-ways', OtherWays)
