import { css, html, LitElement, type TemplateResult } from 'lit'

/** Sound on one side of a wall, quiet on the other. */
export class BrandMark extends LitElement {
  static override styles = css`
    :host {
      display: inline-flex;
      gap: 0.6rem;
      align-items: center;
      font-weight: 650;
      letter-spacing: -0.01em;
      color: var(--ink);
    }
    svg {
      width: 1.9rem;
      height: 1.9rem;
    }
  `

  override render(): TemplateResult {
    return html`
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" fill="#17484f" />
        <path
          d="M7 13v6M11.5 9v14M20.5 14.5v3M25 15.5v1"
          stroke="#9fd9cf"
          stroke-width="2.6"
          stroke-linecap="round"
        />
        <path d="M16 5.5v21" stroke="#fff" stroke-width="2.6" stroke-linecap="round" />
      </svg>
      <span>Tonewall</span>
    `
  }
}

customElements.define('brand-mark', BrandMark)
