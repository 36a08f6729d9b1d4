import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import { keyed } from 'lit/directives/keyed.js'
import type { BodyOf } from '../client/endpoints.ts'
import type { AdapterResource, ConnectionResource, Grant, RecordRules } from '../contracts/connections.ts'
import { grantNames, secretNames } from './connection-words.ts'
import { controlStyles } from './control-styles.ts'
import { formStyles } from './form-styles.ts'
import { ResultsApi } from './results-api.ts'
import { asText, fieldsOf, readSettings, type SettingsField } from './settings-fields.ts'
import './rules-fields.ts'
import type { RulesFields } from './rules-fields.ts'

/** What the form holds: all of it for a new connection, and changes of one that is there. */
type Given = BodyOf<'editConnection'> & { readonly name: string }

/** A new connection, or the settings of one that is there. */
export class ConnectionForm extends LitElement {
  static override properties = {
    adapters: { attribute: false },
    connection: { attribute: false },
    sandbox: { attribute: false },
    chosen: { state: true },
    grant: { state: true },
    fault: { state: true },
    busy: { state: true },
  }
  static override styles = [
    controlStyles,
    formStyles,
    css`
      form {
        display: grid;
        gap: 1.1rem;
      }
    `,
  ]

  declare adapters: readonly AdapterResource[]
  /** Undefined for a new one. */
  declare connection: ConnectionResource | undefined
  /** Stand-ins on this machine may be connected. */
  declare sandbox: boolean
  declare chosen: string
  declare grant: Grant | null
  declare fault: string | null
  declare busy: boolean
  readonly #api = new ResultsApi()

  constructor() {
    super()
    this.adapters = []
    this.connection = undefined
    this.sandbox = false
    this.chosen = ''
    this.grant = null
    this.fault = null
    this.busy = false
  }

  get #adapter(): AdapterResource | undefined {
    return this.adapters.find(({ id }) => id === this.chosen) ?? this.adapters[0]
  }

  override render(): TemplateResult | typeof nothing {
    const adapter = this.#adapter
    if (!adapter) return nothing
    const { connection } = this
    const title = connection ? `Settings of ${connection.name}` : 'Connect a system'
    return html`
      <form @submit=${this.#submit} aria-labelledby="title">
        <h3 id="title" tabindex="-1">${title}</h3>
        ${this.fault ? html`<p class="refusal" role="alert">${this.fault}</p>` : nothing}
        <div class="fields">
          ${connection ? nothing : this.#systems(adapter)}
          <div>
            <label for="name">Name</label>
            <input id="name" name="name" maxlength="80" required .value=${connection?.name ?? adapter.name} />
          </div>
          ${this.#access(adapter)}
        </div>
        ${keyed(adapter.id, html`<div class="fields">${fieldsOf(adapter.settings).map((one) => this.#setting(one))}</div>`)}
        <h4>Which record a payment belongs to</h4>
        ${keyed(
          adapter.id,
          html`<rules-fields .rules=${connection?.rules ?? null} .kinds=${adapter.recordKinds} .sort=${adapter.sort}></rules-fields>`,
        )}
        <div class="row">
          <button class="main" ?disabled=${this.busy} aria-busy=${this.busy}>${connection ? 'Save' : 'Connect'}</button>
          <button type="button" @click=${() => this.dispatchEvent(new CustomEvent('leave'))}>Cancel</button>
        </div>
      </form>
    `
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('h3')?.focus()
  }

  #systems(adapter: AdapterResource): TemplateResult {
    return html`<div>
      <label for="adapter">System</label>
      <select
        id="adapter"
        @change=${(event: Event) => {
          this.chosen = (event.target as HTMLSelectElement).value
          this.grant = null
        }}
      >
        ${this.adapters.map(({ id, name }) => html`<option value=${id} ?selected=${id === adapter.id}>${name}</option>`)}
      </select>
    </div>`
  }

  /** How we are let in. What was told before is not shown again, and stays when nothing else is written. */
  #access(adapter: AdapterResource): TemplateResult {
    const { connection } = this
    const grant = this.#grantOf(adapter)
    const known = connection === undefined
    return html`
      ${
        known
          ? html`<div>
              <label for="grant">How we are let in</label>
              <select
                id="grant"
                @change=${(event: Event) => {
                  this.grant = (event.target as HTMLSelectElement).value as Grant
                }}
              >
                ${adapter.grants.map((one) => html`<option value=${one} ?selected=${one === grant}>${grantNames[one]}</option>`)}
              </select>
            </div>`
          : nothing
      }
      ${
        grant === 'fixed-token'
          ? nothing
          : html`<div>
              <label for="clientId">The app’s id</label>
              <input id="clientId" name="clientId" maxlength="300" required autocomplete="off" .value=${connection?.clientId ?? ''} />
            </div>`
      }
      <div>
        <label for="secret">${secretNames[grant]}</label>
        ${
          grant === 'jwt-bearer'
            ? html`<textarea id="secret" name="secret" spellcheck="false" ?required=${known}></textarea>`
            : html`<input id="secret" name="secret" type="password" autocomplete="off" maxlength="8000" ?required=${known} />`
        }
        ${known ? nothing : html`<p class="hint">Empty: the one that is kept stays.</p>`}
      </div>
      ${
        known && this.sandbox
          ? html`<div>
              <label for="origin">Stand-in on this machine (sandbox only)</label>
              <input id="origin" name="origin" placeholder="http://127.0.0.1:…" />
            </div>`
          : nothing
      }
    `
  }

  #setting(field: SettingsField): TemplateResult {
    const { name, label, sort, required, choices, preset, hint } = field
    const id = `setting-${name}`
    const value = this.connection ? asText(this.connection.settings[name]) : preset
    const input =
      sort === 'choice'
        ? html`<select id=${id} name=${id}>
            ${choices.map((one) => html`<option ?selected=${one === value}>${one}</option>`)}
          </select>`
        : sort === 'long' || sort === 'json'
          ? html`<textarea id=${id} name=${id} spellcheck="false" ?required=${required} .value=${value}></textarea>`
          : html`<input
              id=${id}
              name=${id}
              inputmode=${sort === 'number' ? 'numeric' : nothing}
              autocomplete="off"
              ?required=${required}
              .value=${value}
            />`
    return html`<div>
      <label for=${id}>${label}</label>
      ${input} ${hint === '' ? nothing : html`<p class="hint">${hint}</p>`}
    </div>`
  }

  #grantOf({ grants }: AdapterResource): Grant {
    return this.connection?.grant ?? this.grant ?? grants[0] ?? 'fixed-token'
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const adapter = this.#adapter
    if (!adapter) return
    const form = new FormData(event.target as HTMLFormElement)
    const textOf = (name: string) => String(form.get(name) ?? '').trim()
    const read = readSettings(fieldsOf(adapter.settings), (name) => textOf(`setting-${name}`))
    this.fault = read.fault
    if (!read.settings) return
    const secret = textOf('secret')
    const body = {
      ...{
        name: textOf('name'),
        clientId: textOf('clientId'),
        settings: read.settings,
        rules: this.#rules(),
      },
      ...(secret === '' ? {} : { clientSecret: secret }),
    }
    this.busy = true
    await (this.connection ? this.#save(this.connection, body) : this.#make(adapter, body, textOf('origin')))
    this.busy = false
  }

  #rules(): RecordRules {
    return (this.renderRoot.querySelector('rules-fields') as RulesFields).read()
  }

  async #make(adapter: AdapterResource, body: Given, origin: string): Promise<void> {
    const origins = origin === '' ? {} : { origins: { api: origin, identity: origin } }
    const clientSecret = body.clientSecret ?? ''
    const input = { adapter: adapter.id, grant: this.#grantOf(adapter), ...body, clientSecret, ...origins }
    const { value, fault } = await this.#api.ask('createConnection', { body: input })
    this.fault = fault
    if (value) this.dispatchEvent(new CustomEvent('made', { detail: value }))
  }

  async #save({ id, name }: ConnectionResource, body: Given): Promise<void> {
    const { fault } = await this.#api.ask('editConnection', { id, body })
    this.fault = fault
    if (!fault)
      this.dispatchEvent(new CustomEvent('changed', { detail: `The settings of ${name} are kept.` }))
  }
}

customElements.define('connection-form', ConnectionForm)
