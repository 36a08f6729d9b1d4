import { css, html, LitElement, svg, type TemplateResult } from 'lit'
import { type Light, lightWords } from './light.ts'

const shapes: Readonly<Record<Light, TemplateResult>> = {
  open: svg`<path d="M8 15V9a4 4 0 0 1 7.6-1.7" /><rect x="6" y="13" width="12" height="8" rx="2" />`,
  securing: svg`<circle cx="12" cy="12" r="8" stroke-dasharray="4 4" /><path d="M12 8v4l2.5 2" />`,
  secured: svg`<path d="M8 13V9a4 4 0 0 1 8 0v4" /><rect x="6" y="13" width="12" height="8" rx="2" /><path d="m10 17 1.5 1.5L14.5 15.5" />`,
  lost: svg`<path d="M12 3 2.5 20h19Z" /><path d="M12 10v4.5M12 17.2v.3" />`,
  unknown: svg`<circle cx="12" cy="12" r="9" /><path d="M9.5 9.5a2.6 2.6 0 1 1 3.6 2.4c-.8.3-1.1.8-1.1 1.6M12 16.6v.3" />`,
  closed: svg`<circle cx="12" cy="12" r="9" /><path d="M8 12h8" />`,
}

/**
 * The light. Colour, shape and words say the same, so that it can be read without colour, and it changes at once: a
 * fade would show a green that is no longer true. It is not a live region: the announcer speaks its changes, once.
 */
export class SecuredLight extends LitElement {
  static override properties = { light: { reflect: true } }
  static override styles = css`
    :host {
      --tone: var(--calm);
      --wash: var(--calm-wash);
      display: grid;
      grid-template-columns: auto minmax(0, 1fr);
      gap: 0.1rem 0.9rem;
      align-items: center;
      padding: 0.85rem 1.1rem;
      border: 2px solid var(--tone);
      border-radius: var(--radius);
      background: var(--wash);
    }
    :host([light='securing']) {
      --tone: var(--waiting);
      --wash: var(--waiting-wash);
    }
    :host([light='secured']) {
      --tone: var(--secured);
      --wash: var(--secured-wash);
    }
    :host([light='lost']) {
      --tone: var(--lost);
      --wash: var(--lost-wash);
    }
    :host([light='unknown']) {
      border-style: dashed;
    }
    :host([light='open']),
    :host([light='closed']) {
      border-width: 1px;
      border-color: var(--line);
    }
    svg {
      grid-row: 1 / span 2;
      width: 2rem;
      height: 2rem;
      fill: none;
      stroke: var(--tone);
      stroke-width: 2;
      stroke-linecap: round;
      stroke-linejoin: round;
    }
    strong {
      font-size: 1.1rem;
      font-weight: 650;
      color: var(--tone);
    }
    span {
      font-size: 0.93rem;
      color: var(--ink);
    }
    @media (forced-colors: active) {
      svg {
        stroke: CanvasText;
      }
    }
    @media (prefers-reduced-motion: no-preference) {
      :host([light='securing']) svg {
        animation: turn 3s linear infinite;
      }
    }
    @keyframes turn {
      to {
        transform: rotate(1turn);
      }
    }
  `

  declare light: Light

  constructor() {
    super()
    this.light = 'open'
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.setAttribute('role', 'group')
    this.setAttribute('aria-label', 'Line protection')
  }

  override render(): TemplateResult {
    const words = lightWords[this.light]
    return html`
      <svg viewBox="0 0 24 24" aria-hidden="true">${shapes[this.light]}</svg>
      <strong>${words.short}</strong>
      <span>${words.long}</span>
    `
  }
}

customElements.define('secured-light', SecuredLight)
