import { css, html, LitElement, type TemplateResult } from 'lit'
import { phoneStyles } from './phone-styles.ts'
import { goodExpiry, groupedPan, type TestCard, testCards } from './test-card-list.ts'

/** The sandbox's cards, and buttons that key them. Says `key-all` with the digits. */
export class CardTable extends LitElement {
  static override properties = { disabled: { type: Boolean } }
  static override styles = [
    phoneStyles,
    css`
      :host {
        display: grid;
        gap: 0.75rem;
        container-type: inline-size;
      }
      ul {
        display: grid;
        gap: 0.6rem;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        gap: 0.35rem 1rem;
        align-items: center;
        padding-top: 0.6rem;
        border-top: 1px solid var(--line);
      }
      @container (min-width: 30rem) {
        li {
          grid-template-columns: minmax(0, 1fr) auto;
        }
      }
      .pan {
        font-family: var(--mono);
        overflow-wrap: anywhere;
      }
      .keys {
        display: flex;
        flex-wrap: wrap;
        gap: 0.4rem;
      }
      .keys button {
        min-height: 2.25rem;
        padding: 0.2rem 0.6rem;
        font-size: 0.85rem;
      }
    `,
  ]

  declare disabled: boolean

  constructor() {
    super()
    this.disabled = false
  }

  override render(): TemplateResult {
    return html`
      <h2>Test cards</h2>
      <p class="hint">
        Published test numbers: no money moves. When the agent asks, key them yourself or let the phone key them.
        Never key a real card here.
      </p>
      <ul>
        ${testCards.map((card) => this.#row(card))}
      </ul>
    `
  }

  #row(card: TestCard): TemplateResult {
    const expiry = goodExpiry(new Date().getFullYear())
    return html`<li>
      <span>
        <span class="pan">${groupedPan(card.pan)}</span><br />
        <span class="hint">${card.name} · ${card.happens}</span>
      </span>
      <span class="keys" role="group" aria-label="Key ${card.name} ending ${card.pan.slice(-4)} for me">
        ${this.#button('Key number', card.pan)} ${this.#button(`Expiry ${expiry}`, expiry)}
        ${this.#button(`Code ${card.csc}`, card.csc)}
      </span>
    </li>`
  }

  #button(label: string, digits: string): TemplateResult {
    return html`<button
      ?disabled=${this.disabled}
      @click=${() => this.dispatchEvent(new CustomEvent('key-all', { detail: digits }))}
    >
      ${label}
    </button>`
  }
}

customElements.define('card-table', CardTable)
