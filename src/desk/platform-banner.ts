import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import { platformTrouble } from './platform-trouble.ts'
import type { DeskState } from './state.ts'

/** Says across the page why no payment can start now. The announcer speaks it; this only shows it. */
export class PlatformBanner extends LitElement {
  static override properties = { state: { attribute: false } }
  static override styles = css`
    p {
      margin: 0 0 1.25rem;
      padding: 0.8rem 1rem;
      border-left: 4px solid var(--waiting);
      border-radius: 6px;
      background: var(--waiting-wash);
      color: var(--ink);
    }
    strong {
      font-weight: 650;
    }
  `

  declare state: DeskState

  override render(): TemplateResult | typeof nothing {
    const trouble = platformTrouble(this.state)
    if (!trouble) return nothing
    return html`<p data-testid="platform-banner"><strong>${trouble.title}</strong> ${trouble.advice}</p>`
  }
}

customElements.define('platform-banner', PlatformBanner)
