import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { BodyOf } from '../client/endpoints.ts'
import type {
  Preview,
  ReceiptKind,
  ReceiptSettings,
  TemplatePart,
  TemplateResource,
} from '../contracts/receipts.ts'
import { controlStyles } from './control-styles.ts'
import { ResultsApi } from './results-api.ts'

const partNames: Readonly<Record<TemplatePart, string>> = {
  'email-subject': 'E-mail: subject',
  'email-html': 'E-mail: HTML',
  'email-text': 'E-mail: plain text',
  text: 'Text message',
}

type TextField = Exclude<keyof ReceiptSettings, 'logoUrl'>
const fields: readonly (readonly [name: TextField, label: string, type: string])[] = [
  ['merchantName', 'Name', 'text'],
  ['contactEmail', 'E-mail for questions', 'email'],
  ['contactPhone', 'Telephone for questions', 'tel'],
  ['website', 'Website', 'text'],
  ['colour', 'Colour', 'color'],
  ['locale', 'Language and formats (BCP 47)', 'text'],
  ['timeZone', 'Time zone (IANA)', 'text'],
]

/** What receipts look like: settings and templates, with the outcome beside them before anything is stored. */
export class ReceiptStudio extends LitElement {
  static override properties = {
    mayManage: { attribute: false },
    settings: { state: true },
    templates: { state: true },
    kind: { state: true },
    chosen: { state: true },
    draft: { state: true },
    preview: { state: true },
    fault: { state: true },
    said: { state: true },
  }
  static override styles = [
    controlStyles,
    css`
      :host {
        display: grid;
        gap: 1.5rem;
      }
      .fields {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 14rem), 1fr));
        gap: 0.9rem;
      }
      textarea {
        width: 100%;
        min-height: 5rem;
        padding: 0.6rem 0.75rem;
        border: 1px solid var(--line-strong);
        border-radius: 8px;
        background: var(--surface);
        color: inherit;
        font: inherit;
      }
      textarea.code {
        min-height: 16rem;
        font-family: var(--mono);
        font-size: 0.82rem;
      }
      input[type='color'] {
        padding: 0.2rem;
      }
      select {
        width: auto;
      }
      iframe {
        width: 100%;
        height: 46rem;
        border: 1px solid var(--line);
        border-radius: 10px;
        background: #fff;
      }
      pre {
        margin: 0;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        font-family: var(--mono);
        font-size: 0.85rem;
      }
    `,
  ]

  declare mayManage: boolean
  declare settings: ReceiptSettings | null
  declare templates: readonly TemplateResource[]
  declare kind: ReceiptKind
  declare chosen: TemplatePart
  declare draft: string
  declare preview: Preview | null
  declare fault: string | null
  declare said: string | null
  readonly #api = new ResultsApi()

  constructor() {
    super()
    this.mayManage = false
    this.settings = null
    this.templates = []
    this.kind = 'sale'
    this.chosen = 'email-html'
    this.draft = ''
    this.preview = null
    this.fault = null
    this.said = null
  }

  override connectedCallback(): void {
    super.connectedCallback()
    void this.#load()
  }

  override render(): TemplateResult {
    if (!this.settings) return html`<p class="hint">${this.fault ?? 'Loading…'}</p>`
    return html`
      ${this.fault ? html`<p class="refusal" role="alert">${this.fault}</p>` : nothing}
      ${this.said ? html`<p class="hint" role="status">${this.said}</p>` : nothing}
      ${this.#look(this.settings)} ${this.#template()}
      <div class="row">
        <button class="main" @click=${() => this.#show()}>Preview</button>
        ${
          this.mayManage
            ? html`<button @click=${() => this.#store()}>Save both</button>
                <button @click=${() => this.#reset()}>Take our template again</button>`
            : nothing
        }
      </div>
      ${this.preview ? this.#outcome(this.preview) : nothing}
    `
  }

  #look(settings: ReceiptSettings): TemplateResult {
    return html`<div class="fields">
        ${fields.map(
          ([name, label, type]) => html`<div>
            <label for=${name}>${label}</label>
            <input id=${name} type=${type} .value=${settings[name]} @input=${(event: Event) => this.#set(name, event)} />
          </div>`,
        )}
        <div>
          <label for="logo">Logo (https://…)</label>
          <input id="logo" type="url" .value=${settings.logoUrl ?? ''} @input=${(event: Event) => this.#setLogo(event)} />
        </div>
      </div>
      <div>
        <label for="address">Postal address</label>
        <textarea id="address" .value=${settings.address} @input=${(event: Event) => this.#set('address', event)}></textarea>
      </div>
      <div>
        <label for="policy">Refund policy</label>
        <textarea id="policy" .value=${settings.refundPolicy} @input=${(event: Event) => this.#set('refundPolicy', event)}></textarea>
      </div>`
  }

  #template(): TemplateResult {
    const source = this.#stored()?.source
    return html`<div>
      <div class="row">
        <label for="kind">Template of</label>
        <select id="kind" @change=${this.#chooseKind}>
          <option value="sale">a sale</option>
          <option value="refund">a refund</option>
        </select>
        <select aria-label="Part" .value=${this.chosen} @change=${this.#choosePart}>
          ${Object.entries(partNames).map(([part, name]) => html`<option value=${part} ?selected=${part === this.chosen}>${name}</option>`)}
        </select>
        <span class="hint">${source === 'merchant' ? 'yours' : 'ours'}</span>
      </div>
      <textarea
        class="code"
        aria-label="Template"
        spellcheck="false"
        .value=${this.draft}
        @input=${(event: Event) => {
          this.draft = (event.target as HTMLTextAreaElement).value
        }}
      ></textarea>
      <p class="hint">Mustache with the fields of receipts, for example {{amount}}; docs/receipts.md lists them.</p>
    </div>`
  }

  #outcome(preview: Preview): TemplateResult {
    return html`<h3>${preview.emailSubject}</h3>
      <iframe title="The receipt by e-mail" sandbox src=${preview.htmlUrl}></iframe>
      <h3>Text message</h3>
      <pre data-testid="preview-text">${preview.text}</pre>`
  }

  #set(name: TextField, event: Event): void {
    const { value } = event.target as HTMLInputElement | HTMLTextAreaElement
    if (this.settings) this.settings = { ...this.settings, [name]: value }
  }

  #setLogo(event: Event): void {
    const { value } = event.target as HTMLInputElement
    if (this.settings) this.settings = { ...this.settings, logoUrl: value === '' ? null : value }
  }

  #chooseKind(event: Event): void {
    this.kind = (event.target as HTMLSelectElement).value as ReceiptKind
    this.draft = this.#stored()?.body ?? ''
  }

  #choosePart(event: Event): void {
    this.chosen = (event.target as HTMLSelectElement).value as TemplatePart
    this.draft = this.#stored()?.body ?? ''
  }

  #stored(): TemplateResource | undefined {
    return this.templates.find(({ kind, part }) => kind === this.kind && part === this.chosen)
  }

  async #load(): Promise<void> {
    const settings = await this.#api.ask('getReceiptSettings')
    const templates = await this.#api.ask('listReceiptTemplates')
    this.fault = settings.fault ?? templates.fault
    this.settings = settings.value
    this.#keep(templates.value)
    if (!this.fault) await this.#show()
  }

  async #show(): Promise<void> {
    const { kind, settings, chosen: part, draft } = this
    const body = { kind, ...(settings ? { settings } : {}), parts: { [part]: draft } }
    const { value, fault } = await this.#api.ask('previewReceipt', { body })
    this.fault = fault
    if (value) this.preview = value
  }

  async #store(): Promise<void> {
    const { kind, chosen: part, draft, settings } = this
    if (!settings) return
    const saved = await this.#api.ask('setReceiptSettings', { body: settings })
    this.fault = saved.fault
    if (saved.fault) return
    if (draft !== this.#stored()?.body) await this.#write({ kind, part, body: draft })
    if (!this.fault) this.said = 'Saved: the next receipt looks like this.'
    await this.#show()
  }

  async #reset(): Promise<void> {
    await this.#write({ kind: this.kind, part: this.chosen, body: null })
    await this.#show()
  }

  async #write(body: BodyOf<'writeReceiptTemplate'>): Promise<void> {
    const { value, fault } = await this.#api.ask('writeReceiptTemplate', { body })
    this.fault = fault
    this.#keep(value)
  }

  #keep(list: { readonly data: readonly TemplateResource[] } | null): void {
    if (!list) return
    this.templates = list.data
    this.draft = this.#stored()?.body ?? ''
  }
}

customElements.define('receipt-studio', ReceiptStudio)
