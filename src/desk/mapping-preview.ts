import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { Preview } from '../contracts/connections.ts'
import { controlStyles } from './control-styles.ts'
import { tableStyles } from './table-styles.ts'

/** What would be written of one payment: value by field, what is wrong, and the first request as it would leave. */
export class MappingPreview extends LitElement {
  static override properties = { preview: { attribute: false } }
  static override styles = [
    controlStyles,
    tableStyles,
    css`
      pre {
        margin: 0;
        padding: 0.8rem 1rem;
        border-radius: 8px;
        background: var(--sunken);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        font-family: var(--mono);
        font-size: 0.82rem;
      }
    `,
  ]

  declare preview: Preview

  override render(): TemplateResult {
    const { eventType, values, faults, firstRequest, because } = this.preview
    return html`
      <h4>What would be written of it (${eventType})</h4>
      ${faults.map(({ field, because: why }) => html`<p class="fault" role="alert">${field}: ${why}</p>`)}
      <div class="scroll">
        <table data-testid="values">
          <tbody>
            ${Object.entries(values).map(
              ([field, value]) => html`<tr>
                <th scope="row">${field}</th>
                <td>${String(value)}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${because ? html`<p class="hint">${because}</p>` : nothing}
      ${
        firstRequest
          ? html`<pre data-testid="request">${firstRequest.method} ${firstRequest.path}${
              firstRequest.body === undefined ? '' : `\n${JSON.stringify(firstRequest.body, null, 2)}`
            }</pre>`
          : nothing
      }
    `
  }
}

customElements.define('mapping-preview', MappingPreview)
