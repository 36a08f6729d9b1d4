import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { CallResource } from '../contracts/desk-port.ts'
import type { CallRecordResource } from '../contracts/records.ts'
import { controlStyles } from './control-styles.ts'
import { ResultsApi } from './results-api.ts'

/** Which record of each CRM the payments of a call are written on; an agent says it during the call or after it. */
export class CallRecord extends LitElement {
  static override properties = {
    call: { attribute: false },
    mayName: { attribute: false },
    records: { state: true },
    naming: { state: true },
    fault: { state: true },
    busy: { state: true },
  }
  static override styles = [
    controlStyles,
    css`
      :host {
        display: block;
      }
      ul {
        display: grid;
        gap: 0.8rem;
        margin-top: 0.4rem;
        list-style: none;
      }
      form {
        display: flex;
        flex-wrap: wrap;
        gap: 0.6rem;
        align-items: end;
        max-width: 34rem;
      }
      form > div {
        flex: 1 1 14rem;
      }
    `,
  ]

  declare call: CallResource
  declare mayName: boolean
  declare records: readonly CallRecordResource[]
  /** The connection whose record is being named. */
  declare naming: string | null
  declare fault: string | null
  declare busy: boolean
  readonly #api = new ResultsApi()

  constructor() {
    super()
    this.mayName = false
    this.records = []
    this.naming = null
    this.fault = null
    this.busy = false
  }

  override render(): TemplateResult | typeof nothing {
    if (this.records.length === 0) return nothing
    return html`
      <h3 id="records">The call’s record</h3>
      <ul aria-labelledby="records" aria-live="polite">
        ${this.records.map((record) => this.#record(record))}
      </ul>
    `
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has('call')) return
    const before = changed.get('call') as CallResource | undefined
    // Also when somebody else, or the telephone network, said something of it.
    const isSame = before?.id === this.call.id
    if (isSame && JSON.stringify(before?.metadata) === JSON.stringify(this.call.metadata)) return
    if (!isSame) this.records = []
    void this.#look()
  }

  #record(of: CallRecordResource): TemplateResult {
    const { connectionId, connectionName, record } = of
    const words = record ? `payments go on ${record.kind} ${record.id}.` : 'not named.'
    return html`<li data-testid="call-record">
      <p><strong>${connectionName}</strong>: ${words}</p>
      ${!this.mayName ? nothing : this.naming === connectionId ? this.#form(of) : this.#button(of)}
    </li>`
  }

  #button({ connectionId, connectionName, record }: CallRecordResource): TemplateResult {
    return html`<div>
      <button
        class="small"
        aria-label="${record ? 'Another record' : 'Name the record'} of ${connectionName}"
        @click=${() => {
          this.naming = connectionId
          this.fault = null
        }}
      >
        ${record ? 'Another record…' : 'Name the record…'}
      </button>
    </div>`
  }

  #form(of: CallRecordResource): TemplateResult {
    const id = `call-record-${of.connectionId}`
    return html`<form @submit=${(event: SubmitEvent) => this.#submit(event, of)}>
      <div>
        <label for=${id}>The call’s record in ${of.connectionName}</label>
        <input
          id=${id}
          name="record"
          maxlength="110"
          autocomplete="off"
          required
          aria-invalid=${this.fault !== null}
          aria-describedby="${id}-hint ${id}-fault"
        />
        <p class="hint" id="${id}-hint">As ${of.recordKinds.map((kind) => `${kind}:…`).join(', ')}, or the id alone.</p>
        <p class="fault" id="${id}-fault" role="alert">${this.fault ?? ''}</p>
      </div>
      <button ?disabled=${this.busy} aria-busy=${this.busy}>Payments go there</button>
    </form>`
  }

  async #submit(event: SubmitEvent, { metadataKey }: CallRecordResource): Promise<void> {
    event.preventDefault()
    const text = String(new FormData(event.target as HTMLFormElement).get('record') ?? '').trim()
    this.busy = true
    const order = { id: this.call.id, body: { metadata: { [metadataKey]: text } } }
    const { value, fault } = await this.#api.ask('editCall', order)
    this.busy = false
    this.fault = fault
    if (!value) return
    this.naming = null
    await this.#look()
  }

  async #look(): Promise<void> {
    const { id } = this.call
    const { value } = await this.#api.ask('listRecordsOfCall', { id })
    if (value && id === this.call.id && this.isConnected) this.records = value.data
  }
}

customElements.define('call-record', CallRecord)
