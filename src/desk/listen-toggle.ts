import { html, LitElement, type TemplateResult } from 'lit'

export class ListenToggle extends LitElement {
  static override properties = { carrierUrl: { attribute: false }, callId: { attribute: false } }
  declare carrierUrl: string
  declare callId: string | null
  override render(): TemplateResult {
    return html``
  }
}
customElements.define('listen-toggle', ListenToggle)
