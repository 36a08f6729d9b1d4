import { html, LitElement, nothing, type TemplateResult } from 'lit'
import type { Query } from '../client/endpoints.ts'
import type { AttemptResource, DeliveryResource, DeliveryState } from '../contracts/deliveries.ts'
import { controlStyles } from './control-styles.ts'
import { ResultsApi, type Told } from './results-api.ts'
import { tableStyles } from './table-styles.ts'
import { whenWords } from './words.ts'

const stateWords: Readonly<Record<DeliveryState, string>> = {
  waiting: 'Waiting',
  delivered: 'Delivered',
  dead: 'Given up',
}

/** Every event and where it went; what was given up can be sent again. */
export class DeliveryLog extends LitElement {
  static override properties = {
    mayReplay: { attribute: false },
    filter: { state: true },
    rows: { state: true },
    next: { state: true },
    open: { state: true },
    attempts: { state: true },
    fault: { state: true },
  }
  static override styles = [controlStyles, tableStyles]

  declare mayReplay: boolean
  declare filter: DeliveryState | 'all'
  declare rows: readonly DeliveryResource[]
  declare next: string | null
  declare open: string | null
  declare attempts: readonly AttemptResource[]
  declare fault: string | null
  readonly #api = new ResultsApi()

  constructor() {
    super()
    this.mayReplay = false
    this.filter = 'all'
    this.rows = []
    this.next = null
    this.open = null
    this.attempts = []
    this.fault = null
  }

  override connectedCallback(): void {
    super.connectedCallback()
    void this.#load()
  }

  override render(): TemplateResult {
    return html`
      <div class="row">
        <label for="state">Show</label>
        <select id="state" @change=${this.#filter}>
          <option value="all">everything</option>
          <option value="dead">what was given up</option>
          <option value="waiting">what waits</option>
          <option value="delivered">what was delivered</option>
        </select>
        <button class="small" @click=${() => this.#load()}>Refresh</button>
      </div>
      ${this.fault ? html`<p class="refusal" role="alert">${this.fault}</p>` : nothing}
      ${this.rows.length === 0 ? html`<p class="hint">Nothing here.</p>` : this.#table()}
      ${this.next ? html`<button class="small" @click=${() => this.#more()}>Show more</button>` : nothing}
    `
  }

  #table(): TemplateResult {
    return html`<div class="scroll">
      <table>
        <thead>
          <tr>
            <th>When</th>
            <th>Event</th>
            <th>Payment</th>
            <th>To</th>
            <th>State</th>
            <th>Tries</th>
            <th><span class="unseen">What can be done</span></th>
          </tr>
        </thead>
        <tbody>
          ${this.rows.map((row) => this.#row(row))}
        </tbody>
      </table>
    </div>`
  }

  #row(row: DeliveryResource): TemplateResult {
    const isOpen = this.open === row.id
    return html`<tr data-testid="delivery" data-state=${row.state}>
        <td>${whenWords(row.createdAt)}</td>
        <td>${row.type}</td>
        <td class="code">${row.paymentId}</td>
        <td class="code">${row.target}</td>
        <td class=${row.state}>${stateWords[row.state]}</td>
        <td>${row.attempts}</td>
        <td><div class="row">
          <button class="small" aria-expanded=${isOpen} @click=${() => this.#toggle(row)}>Tries</button>
          ${
            this.mayReplay && row.state !== 'waiting'
              ? html`<button class="small" @click=${() => this.#replay(row)}>Send again</button>`
              : nothing
          }
        </div></td>
      </tr>
      ${isOpen ? html`<tr><td colspan="7">${this.#tries()}</td></tr>` : nothing}`
  }

  #tries(): TemplateResult {
    if (this.attempts.length === 0) return html`<p class="hint">Not tried yet.</p>`
    return html`<ol>
      ${this.attempts.map(
        ({ at, status, outcome, latencyMs }) => html`<li>
          ${whenWords(at)}: ${status ?? 'no answer'}, ${outcome}, ${latencyMs} ms
        </li>`,
      )}
    </ol>`
  }

  #filter(event: Event): void {
    this.filter = (event.target as HTMLSelectElement).value as DeliveryState | 'all'
    void this.#load()
  }

  async #load(): Promise<void> {
    const page = this.#take(await this.#api.ask('listDeliveries', { query: this.#query() }))
    if (!page) return
    this.rows = page.data
    this.next = page.nextCursor
  }

  async #more(): Promise<void> {
    const page = this.#take(await this.#api.ask('listDeliveries', { query: this.#query(this.next) }))
    if (!page) return
    this.rows = [...this.rows, ...page.data]
    this.next = page.nextCursor
  }

  async #toggle({ id }: DeliveryResource): Promise<void> {
    this.attempts = []
    this.open = this.open === id ? null : id
    if (this.open === null) return
    this.attempts = this.#take(await this.#api.ask('listDeliveryAttempts', { id }))?.data ?? []
  }

  async #replay({ id }: DeliveryResource): Promise<void> {
    const now = this.#take(await this.#api.ask('replayDelivery', { id }))
    if (now) this.rows = this.rows.map((row) => (row.id === id ? now : row))
  }

  #take<T>({ value, fault }: Told<T>): T | null {
    this.fault = fault
    return value
  }

  #query(cursor: string | null = null): Query {
    const state = this.filter === 'all' ? {} : { state: this.filter }
    return { limit: 50, ...state, ...(cursor ? { cursor } : {}) }
  }
}

customElements.define('delivery-log', DeliveryLog)
