import { css, html, LitElement, type TemplateResult } from 'lit'
import type { ShownBrand } from '../contracts/card.ts'
import type { FieldView } from '../contracts/desk-port.ts'
import { dotGroups } from './dot-groups.ts'
import { fieldNames } from './words.ts'

/** One dot a digit: the desk knows how many, and never which. */
export class FieldDots extends LitElement {
  static override properties = { field: { attribute: false }, brand: { attribute: false } }
  static override styles = css`
    :host {
      display: block;
    }
    .dots {
      display: flex;
      flex-wrap: wrap;
      gap: 0.4rem 0.9rem;
      min-height: 1.4rem;
      align-items: center;
    }
    .group {
      display: flex;
      gap: 0.34rem;
    }
    i {
      width: 0.78rem;
      height: 0.78rem;
      border: 2px solid var(--line-strong);
      border-radius: 50%;
    }
    i.filled {
      border-color: var(--ink);
      background: var(--ink);
      forced-color-adjust: none;
    }
    .accepted i.filled {
      border-color: var(--secured);
      background: var(--secured);
    }
    @media (forced-colors: active) {
      i.filled,
      .accepted i.filled {
        border-color: CanvasText;
        background: CanvasText;
      }
    }
  `

  declare field: FieldView
  declare brand: ShownBrand | null

  override render(): TemplateResult {
    const { field, length, state } = this.field
    const digits = `${length} ${length === 1 ? 'digit' : 'digits'} keyed`
    let left = length
    return html`
      <div
        class="dots ${state === 'accepted' ? 'accepted' : ''}"
        role="img"
        aria-label="${fieldNames[field]}: ${digits}"
        data-testid="dots-${field}"
        data-length=${length}
      >
        ${dotGroups(this.field, this.brand).map(
          (size) =>
            html`<span class="group">
              ${Array.from({ length: size }, () => html`<i class=${left-- > 0 ? 'filled' : ''}></i>`)}
            </span>`,
        )}
      </div>
    `
  }
}

customElements.define('field-dots', FieldDots)
