import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { AnswerOf } from '../client/endpoints.ts'
import { controlStyles } from './control-styles.ts'
import { ResultsApi, type Told } from './results-api.ts'
import { tableStyles } from './table-styles.ts'
import { whenWords } from './words.ts'

type Endpoint = AnswerOf<'enableWebhookEndpoint'>

const verbs = {
  enable: 'enableWebhookEndpoint',
  disable: 'disableWebhookEndpoint',
  'rotate-secret': 'rotateWebhookSecret',
} as const

/** Where events are posted to: made, tried, paused, given a new secret, and removed. */
export class EndpointManager extends LitElement {
  static override properties = {
    mayManage: { attribute: false },
    endpoints: { state: true },
    secret: { state: true },
    said: { state: true },
    fault: { state: true },
  }
  static override styles = [
    controlStyles,
    tableStyles,
    css`
      form {
        display: flex;
        flex-wrap: wrap;
        gap: 0.6rem;
        align-items: end;
      }
      form > div {
        flex: 1 1 20rem;
      }
      .secret {
        padding: 0.8rem 1rem;
        border-left: 4px solid var(--waiting);
        border-radius: 6px;
        background: var(--waiting-wash);
        overflow-wrap: anywhere;
      }
    `,
  ]

  declare mayManage: boolean
  declare endpoints: readonly Endpoint[]
  declare secret: string | null
  declare said: string | null
  declare fault: string | null
  readonly #api = new ResultsApi()

  constructor() {
    super()
    this.mayManage = false
    this.endpoints = []
    this.secret = null
    this.said = null
    this.fault = null
  }

  override connectedCallback(): void {
    super.connectedCallback()
    void this.#load()
  }

  override render(): TemplateResult {
    return html`
      ${this.fault ? html`<p class="refusal" role="alert">${this.fault}</p>` : nothing}
      ${
        this.secret
          ? html`<p class="secret" role="status">
              The secret, shown this one time: <code data-testid="secret">${this.secret}</code>
            </p>`
          : nothing
      }
      ${this.said ? html`<p class="hint" role="status">${this.said}</p>` : nothing}
      ${this.endpoints.length === 0 ? html`<p class="hint">No endpoint yet.</p>` : this.#table()}
      ${
        this.mayManage
          ? html`<form @submit=${this.#create}>
              <div>
                <label for="url">New endpoint</label>
                <input id="url" name="url" type="url" placeholder="https://…" maxlength="2048" required />
              </div>
              <button class="main">Add</button>
            </form>`
          : nothing
      }
    `
  }

  #table(): TemplateResult {
    return html`<div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Address</th>
            <th>State</th>
            <th>Since</th>
            <th><span class="unseen">What can be done</span></th>
          </tr>
        </thead>
        <tbody>
          ${this.endpoints.map(
            (one) => html`<tr data-testid="endpoint">
              <td class="code">${one.url}</td>
              <td class=${one.state}>
                ${one.state === 'enabled' ? 'Enabled' : `Disabled (${one.disabledBecause ?? 'by hand'})`}
                ${one.previousSecretUntil && one.previousSecretUntil > Date.now() ? html`<br /><span class="hint">two secrets until ${whenWords(one.previousSecretUntil)}</span>` : nothing}
              </td>
              <td>${whenWords(one.createdAt)}</td>
              <td><div class="row">${this.mayManage ? this.#actions(one) : nothing}</div></td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`
  }

  #actions(one: Endpoint): TemplateResult {
    const isOwn = one.source === 'api'
    const next = one.state === 'enabled' ? 'disable' : 'enable'
    return html`
      <button class="small" ?disabled=${next === 'enable'} @click=${() => this.#test(one)}>Test</button>
      <button class="small" @click=${() => this.#act(one, next)}>${next === 'enable' ? 'Enable' : 'Disable'}</button>
      ${
        isOwn
          ? html`<button class="small" @click=${() => this.#act(one, 'rotate-secret')}>New secret</button>
              <button class="small" @click=${() => this.#remove(one)}>Remove</button>`
          : html`<span class="hint">from the configuration</span>`
      }
    `
  }

  async #create(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const form = event.target as HTMLFormElement
    const url = String(new FormData(form).get('url') ?? '')
    const made = this.#take(await this.#api.ask('createWebhookEndpoint', { body: { url } }))
    if (!made) return
    form.reset()
    this.secret = made.secret
    await this.#load()
  }

  async #act({ id }: Endpoint, verb: keyof typeof verbs): Promise<void> {
    const changed = this.#take(await this.#api.ask(verbs[verb], { id }))
    if (!changed) return
    this.secret = 'secret' in changed ? changed.secret : null
    await this.#load()
  }

  async #test({ id }: Endpoint): Promise<void> {
    const sent = this.#take(await this.#api.ask('testWebhookEndpoint', { id }))
    if (sent) this.said = `A test event is on its way (${sent.eventId}); Deliveries show what came of it.`
  }

  async #remove({ id }: Endpoint): Promise<void> {
    const { fault } = await this.#api.ask('removeWebhookEndpoint', { id })
    this.fault = fault
    await this.#load()
  }

  async #load(): Promise<void> {
    const { value } = await this.#api.ask('listWebhookEndpoints')
    if (value) this.endpoints = value.data
  }

  #take<T>({ value, fault }: Told<T>): T | null {
    this.fault = fault
    this.secret = null
    this.said = null
    return value
  }
}

customElements.define('endpoint-manager', EndpointManager)
