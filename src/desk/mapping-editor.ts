import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { AdapterResource, ConnectionResource, Mapping, Preview } from '../contracts/connections.ts'
import type { PaymentResource } from '../contracts/desk-port.ts'
import { controlStyles } from './control-styles.ts'
import { formStyles } from './form-styles.ts'
import './mapping-preview.ts'
import { ResultsApi } from './results-api.ts'
import { tableStyles } from './table-styles.ts'
import { statusNames, whenWords } from './words.ts'

type Field = Mapping[number]
/** After the last key, in ms: the outcome is shown while one writes, and not for every letter. */
const restMs = 300
const emptyField: Field = { field: '', template: '', as: 'text' }

/** Which field gets what, with the outcome for a real payment beside it, before anything is kept. */
export class MappingEditor extends LitElement {
  static override properties = {
    connection: { attribute: false },
    adapter: { attribute: false },
    mayManage: { attribute: false },
    draft: { state: true },
    payments: { state: true },
    paymentId: { state: true },
    preview: { state: true },
    fault: { state: true },
  }
  static override styles = [
    controlStyles,
    formStyles,
    tableStyles,
    css`
      textarea {
        min-height: 2.75rem;
      }
      td {
        vertical-align: top;
      }
      .values {
        max-width: 60rem;
        overflow-wrap: anywhere;
      }
    `,
  ]

  declare connection: ConnectionResource
  declare adapter: AdapterResource
  declare mayManage: boolean
  declare draft: Mapping
  declare payments: readonly PaymentResource[]
  declare paymentId: string
  declare preview: Preview | null
  declare fault: string | null
  readonly #api = new ResultsApi()
  #timer: number | undefined
  #asked = 0

  constructor() {
    super()
    this.mayManage = false
    this.draft = []
    this.payments = []
    this.paymentId = ''
    this.preview = null
    this.fault = null
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.draft = this.connection.mapping
    void this.#begin()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#timer)
  }

  override render(): TemplateResult {
    return html`
      <h3 id="title" tabindex="-1">Fields of ${this.connection.name}</h3>
      ${this.fault ? html`<p class="refusal" role="alert">${this.fault}</p>` : nothing} ${this.#table()}
      <p class="hint values">Values: ${this.adapter.values.map((name) => html`<code>{{${name}}}</code> `)}</p>
      <div class="row">
        ${
          this.mayManage
            ? html`<button class="small" @click=${() => this.#edit([...this.draft, emptyField])}>Add a field</button>
                <button class="small" @click=${() => this.#edit(this.adapter.mapping)}>Take ours again</button>
                <button class="main" @click=${() => this.#save()}>Save fields</button>`
            : nothing
        }
        <button @click=${() => this.dispatchEvent(new CustomEvent('leave'))}>Close</button>
      </div>
      <div class="row">
        <label for="payment">Shown on</label>
        <select id="payment" @change=${this.#choose}>
          ${this.payments.map(
            (one) => html`<option value=${one.id} ?selected=${one.id === this.paymentId}>
              ${one.reference} · ${statusNames[one.status]} · ${whenWords(one.createdAt)}
            </option>`,
          )}
        </select>
      </div>
      ${this.preview ? html`<mapping-preview .preview=${this.preview}></mapping-preview>` : nothing}
    `
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('h3')?.focus()
  }

  #table(): TemplateResult {
    if (this.draft.length === 0)
      return html`<p class="hint">No fields: this system is written by its settings.</p>`
    return html`<div class="scroll">
      <table>
        <thead>
          <tr><th>Field there</th><th>What goes into it</th><th>As</th><th><span class="unseen">What can be done</span></th></tr>
        </thead>
        <tbody>
          ${this.draft.map((one, n) => this.#row(one, n))}
        </tbody>
      </table>
    </div>`
  }

  #row({ field, template, as }: Field, n: number): TemplateResult {
    const change = (part: Partial<Field>) =>
      this.#edit(this.draft.map((one, at) => (at === n ? { ...one, ...part } : one)))
    const text = (event: Event) => (event.target as HTMLInputElement).value
    return html`<tr data-testid="field">
      <td>
        <input aria-label=${`Field ${n + 1}`} maxlength="80" .value=${field} @input=${(event: Event) => change({ field: text(event) })} />
      </td>
      <td>
        <textarea
          aria-label=${`Template ${n + 1}`}
          maxlength="2000"
          spellcheck="false"
          .value=${template}
          @input=${(event: Event) => change({ template: text(event) })}
        ></textarea>
      </td>
      <td>
        <select aria-label=${`Kind ${n + 1}`} @change=${(event: Event) => change({ as: text(event) as Field['as'] })}>
          ${(['text', 'number', 'boolean'] as const).map((one) => html`<option ?selected=${one === as}>${one}</option>`)}
        </select>
      </td>
      <td>
        ${
          this.mayManage
            ? html`<button class="small" @click=${() => this.#edit(this.draft.filter((_, at) => at !== n))}>Remove</button>`
            : nothing
        }
      </td>
    </tr>`
  }

  #edit(draft: Mapping): void {
    this.draft = draft
    clearTimeout(this.#timer)
    this.#timer = window.setTimeout(() => void this.#show(), restMs)
  }

  #choose(event: Event): void {
    this.paymentId = (event.target as HTMLSelectElement).value
    void this.#show()
  }

  async #begin(): Promise<void> {
    const { value, fault } = await this.#api.ask('listPayments', { query: { limit: 20 } })
    this.fault = fault
    this.payments = value?.data ?? []
    this.paymentId = this.payments[0]?.id ?? ''
    if (this.paymentId) await this.#show()
    else this.fault ??= 'There is no payment yet to show the fields on.'
  }

  async #show(): Promise<void> {
    if (!this.paymentId) return
    const turn = ++this.#asked
    const body = { paymentId: this.paymentId, mapping: this.draft.filter(({ field }) => field !== '') }
    const { value, fault } = await this.#api.ask('previewConnection', { id: this.connection.id, body })
    // An answer to what was written before says nothing of what stands there now.
    if (turn !== this.#asked) return
    this.fault = fault
    if (value) this.preview = value
  }

  async #save(): Promise<void> {
    const { id, name } = this.connection
    const body = { mapping: this.draft }
    const { fault } = await this.#api.ask('editConnection', { id, body })
    this.fault = fault
    if (!fault) this.dispatchEvent(new CustomEvent('changed', { detail: `The fields of ${name} are kept.` }))
  }
}

customElements.define('mapping-editor', MappingEditor)
