import { html, LitElement, nothing, type TemplateResult } from 'lit'
import { keyed } from 'lit/directives/keyed.js'
import type { AdapterResource, ConnectionResource } from '../contracts/connections.ts'
import { connectionState, returnWords } from './connection-words.ts'
import { controlStyles } from './control-styles.ts'
import { ResultsApi, type Told } from './results-api.ts'
import { tableStyles } from './table-styles.ts'
import { whenWords } from './words.ts'
import './connection-form.ts'
import './mapping-editor.ts'

type Work = { readonly on: 'new' } | { readonly on: 'settings' | 'mapping'; readonly id: string }

/** CRMs and books: made, connected and connected anew, set up, paused, removed. */
export class ConnectionManager extends LitElement {
  static override properties = {
    mayManage: { attribute: false },
    told: { attribute: false },
    sandbox: { attribute: false },
    adapters: { state: true },
    connections: { state: true },
    work: { state: true },
    said: { state: true },
    fault: { state: true },
  }
  static override styles = [controlStyles, tableStyles]

  declare mayManage: boolean
  /** What became of a consent: a code, '' for well, null when none was asked for. */
  declare told: string | null
  /** Stand-ins on this machine may be connected. */
  declare sandbox: boolean
  declare adapters: readonly AdapterResource[]
  declare connections: readonly ConnectionResource[]
  declare work: Work | null
  declare said: string | null
  declare fault: string | null
  readonly #api = new ResultsApi()

  constructor() {
    super()
    this.mayManage = false
    this.told = null
    this.sandbox = false
    this.adapters = []
    this.connections = []
    this.work = null
    this.said = null
    this.fault = null
  }

  override connectedCallback(): void {
    super.connectedCallback()
    if (this.told === '') this.said = returnWords('')
    else if (this.told !== null) this.fault = returnWords(this.told)
    void this.#load()
  }

  override render(): TemplateResult {
    return html`
      ${this.fault ? html`<p class="refusal" role="alert">${this.fault}</p>` : nothing}
      ${this.said ? html`<p class="hint" role="status">${this.said}</p>` : nothing}
      ${this.connections.length === 0 ? html`<p class="hint">Nothing connected yet.</p>` : this.#table()}
      ${
        this.mayManage && this.work?.on !== 'new'
          ? html`<div><button class="main" @click=${() => this.#begin({ on: 'new' })}>Connect a system</button></div>`
          : nothing
      }
      ${this.#workplace()}
    `
  }

  #table(): TemplateResult {
    return html`<div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Name</th>
            <th>System</th>
            <th>State</th>
            <th>Since</th>
            <th><span class="unseen">What can be done</span></th>
          </tr>
        </thead>
        <tbody>
          ${this.connections.map(
            (one) => html`<tr data-testid="connection" data-state=${one.state}>
              <td>${one.name}</td>
              <td>${this.#adapterOf(one)?.name ?? one.adapter}</td>
              <td class=${one.state}>${connectionState(one)}</td>
              <td>${whenWords(one.createdAt)}</td>
              <td><div class="row">${this.#actions(one)}</div></td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`
  }

  #actions(one: ConnectionResource): TemplateResult {
    const { id } = one
    const mapping = html`<button class="small" @click=${() => this.#begin({ on: 'mapping', id })}>Fields</button>`
    if (!this.mayManage) return mapping
    return html`
      <button class="small" @click=${() => this.#connect(one)}>${one.state === 'open' ? 'Connect' : 'Reconnect'}</button>
      ${mapping}
      <button class="small" @click=${() => this.#begin({ on: 'settings', id })}>Settings</button>
      <button class="small" ?disabled=${one.state === 'disabled'} @click=${() => this.#disable(one)}>Pause</button>
      <button class="small" @click=${() => this.#remove(one)}>Remove</button>
    `
  }

  #workplace(): TemplateResult | typeof nothing {
    const { work } = this
    if (!work) return nothing
    const leave = () => this.#begin(null)
    if (work.on === 'new')
      return html`<connection-form .adapters=${this.adapters} .sandbox=${this.sandbox} @made=${this.#made} @leave=${leave}></connection-form>`
    const connection = this.connections.find(({ id }) => id === work.id)
    const adapter = connection && this.#adapterOf(connection)
    if (!connection || !adapter) return nothing
    if (work.on === 'mapping')
      return html`${keyed(
        work.id,
        html`<mapping-editor
          .connection=${connection}
          .adapter=${adapter}
          .mayManage=${this.mayManage}
          @changed=${this.#changed}
          @leave=${leave}
        ></mapping-editor>`,
      )}`
    return html`${keyed(
      work.id,
      html`<connection-form
        .adapters=${[adapter]}
        .connection=${connection}
        @changed=${this.#changed}
        @leave=${leave}
      ></connection-form>`,
    )}`
  }

  #adapterOf({ adapter }: ConnectionResource): AdapterResource | undefined {
    return this.adapters.find(({ id }) => id === adapter)
  }

  #begin(work: Work | null): void {
    this.work = work
    this.fault = null
    this.said = null
  }

  async #made(event: CustomEvent<ConnectionResource>): Promise<void> {
    this.#begin(null)
    await this.#connect(event.detail)
  }

  async #changed(event: CustomEvent<string>): Promise<void> {
    this.#begin(null)
    this.said = event.detail
    await this.#load()
  }

  /** Either it is connected when the answer comes, or a person has to agree on the other side. */
  async #connect({ id, name }: ConnectionResource): Promise<void> {
    const connecting = this.#take(await this.#api.ask('connect', { id }))
    if (connecting?.authoriseUrl) {
      window.location.assign(connecting.authoriseUrl)
      return
    }
    if (connecting) this.said = `${name} is connected.`
    await this.#load()
  }

  async #disable({ id }: ConnectionResource): Promise<void> {
    const paused = this.#take(await this.#api.ask('disableConnection', { id }))
    if (paused) this.said = `${paused.name} is paused. What comes waits until it is connected again.`
    await this.#load()
  }

  async #remove({ id, name }: ConnectionResource): Promise<void> {
    const sure = window.confirm(
      `Remove ${name}? Its tokens and links are forgotten, and what waits for it is given up.`,
    )
    if (!sure) return
    this.fault = (await this.#api.ask('removeConnection', { id })).fault
    await this.#load()
  }

  async #load(): Promise<void> {
    if (this.adapters.length === 0) {
      const { value, fault } = await this.#api.ask('listAdapters')
      this.adapters = value?.data ?? []
      this.fault ??= fault
    }
    const { value, fault } = await this.#api.ask('listConnections')
    this.fault ??= fault
    if (value) this.connections = value.data
  }

  #take<T>({ value, fault }: Told<T>): T | null {
    this.fault = fault
    this.said = null
    return value
  }
}

customElements.define('connection-manager', ConnectionManager)
