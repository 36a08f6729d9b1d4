import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { RecordLinkResource } from '../contracts/records.ts'
import { linkWords } from './connection-words.ts'
import { controlStyles } from './control-styles.ts'
import { ResultsApi } from './results-api.ts'

/** How often it is looked whether what was named stands there, in ms. */
const lookAgainMs = 2_000
const mostLooks = 15

/** Which records of CRMs and books one payment belongs to; an agent names the right one. */
export class RecordLinks extends LitElement {
  static override properties = {
    paymentId: { attribute: false },
    mayName: { attribute: false },
    links: { state: true },
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
      li {
        display: grid;
        gap: 0.5rem;
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

  declare paymentId: string
  declare mayName: boolean
  declare links: readonly RecordLinkResource[]
  /** The connection whose record is being named. */
  declare naming: string | null
  declare fault: string | null
  declare busy: boolean
  readonly #api = new ResultsApi()
  #timer: number | undefined

  constructor() {
    super()
    this.mayName = false
    this.links = []
    this.naming = null
    this.fault = null
    this.busy = false
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#timer)
  }

  override render(): TemplateResult | typeof nothing {
    if (this.links.length === 0) return nothing
    return html`
      <h3 id="records">CRM and books</h3>
      <ul aria-labelledby="records" aria-live="polite">
        ${this.links.map((link) => this.#link(link))}
      </ul>
    `
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has('paymentId')) return
    this.links = []
    this.naming = null
    this.fault = null
    void this.#look()
  }

  #link(link: RecordLinkResource): TemplateResult {
    const { connectionId, connectionName, state, candidates } = link
    const isNaming = this.naming === connectionId
    return html`<li data-testid="record" data-state=${state}>
      <p><strong>${connectionName}</strong>: ${linkWords(link)}</p>
      ${
        this.mayName && candidates.length > 0
          ? html`<div class="row">
              ${candidates.map(
                ({ kind, id, label }) => html`<button
                  class="small"
                  ?disabled=${this.busy}
                  @click=${() => this.#name(connectionId, `${kind}:${id}`)}
                >
                  ${label} (${kind})
                </button>`,
              )}
            </div>`
          : nothing
      }
      ${!this.mayName ? nothing : isNaming || state === 'held' ? this.#form(link) : this.#correct(link)}
    </li>`
  }

  #correct({ connectionId, state }: RecordLinkResource): TemplateResult {
    return html`<div>
      <button
        class="small"
        @click=${() => {
          this.naming = connectionId
        }}
      >
        ${state === 'open' ? 'Name the record…' : 'Another record…'}
      </button>
    </div>`
  }

  #form({ connectionId, recordKinds, state }: RecordLinkResource): TemplateResult {
    const id = `record-${connectionId}`
    const isAtFault = this.fault !== null && this.naming === connectionId
    return html`<form @submit=${(event: SubmitEvent) => this.#submit(event, connectionId)}>
      <div>
        <label for=${id}>The record’s id or number</label>
        <input
          id=${id}
          name="record"
          maxlength="110"
          autocomplete="off"
          required
          aria-invalid=${isAtFault}
          aria-describedby="${id}-hint ${id}-fault"
        />
        <p class="hint" id="${id}-hint">As ${recordKinds.map((kind) => `${kind}:…`).join(', ')}, or the id alone.</p>
        <p class="fault" id="${id}-fault" role="alert">${isAtFault ? this.fault : ''}</p>
      </div>
      <button ?disabled=${this.busy} aria-busy=${this.busy}>${state === 'linked' ? 'Move it there' : 'Write it there'}</button>
    </form>`
  }

  async #submit(event: SubmitEvent, connectionId: string): Promise<void> {
    event.preventDefault()
    const text = String(new FormData(event.target as HTMLFormElement).get('record') ?? '').trim()
    await this.#name(connectionId, text)
  }

  async #name(connectionId: string, record: string): Promise<void> {
    this.naming = connectionId
    this.busy = true
    const order = { id: this.paymentId, connectionId, body: { record } }
    const { value, fault } = await this.#api.ask('nameRecord', order)
    this.busy = false
    this.fault = fault
    if (!value) return
    this.naming = null
    await this.#look(mostLooks)
  }

  /** What was named is written a moment later: it is looked for a while. */
  async #look(more = 0): Promise<void> {
    clearTimeout(this.#timer)
    const paymentId = this.paymentId
    const { value } = await this.#api.ask('listRecordsOfPayment', { id: paymentId })
    if (paymentId !== this.paymentId || !this.isConnected) return
    if (value) this.links = value.data
    const waits = this.links.some(({ state, written }) => state === 'linked' && !written)
    if (more > 0 && waits) this.#timer = window.setTimeout(() => void this.#look(more - 1), lookAgainMs)
  }
}

customElements.define('record-links', RecordLinks)
