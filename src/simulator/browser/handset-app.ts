import { css, html, LitElement, type TemplateResult } from 'lit'
import type { Network } from '../handset-protocol.ts'
import { type HandsetState, handsetWords, isInCall } from './handset-state.ts'
import type { Key } from './key-tones.ts'
import { Phone, type Report } from './phone.ts'
import { phoneStyles } from './phone-styles.ts'
import './card-table.ts'
import './key-pad.ts'

/** Ofcom's range for drama: nobody has this number. */
const callerNumber = '+447700900123'

/** A caller's phone on one page. */
export class HandsetApp extends LitElement {
  static override properties = {
    state: { state: true },
    number: { state: true },
    voice: { state: true },
    microphone: { state: true },
    trouble: { state: true },
  }
  static override styles = [
    phoneStyles,
    css`
      :host {
        display: block;
        max-width: 66rem;
        margin: 0 auto;
        padding: clamp(0.75rem, 3vw, 2rem);
      }
      h1 {
        margin-bottom: 1rem;
        font-size: 1.3rem;
        font-weight: 650;
      }
      .columns {
        display: grid;
        gap: 1.25rem;
        align-items: start;
        grid-template-columns: minmax(0, 1fr);
      }
      @media (min-width: 50rem) {
        .columns {
          grid-template-columns: 21rem minmax(0, 1fr);
        }
      }
      .phone {
        display: grid;
        gap: 1rem;
      }
      .display {
        display: grid;
        gap: 0.15rem;
        padding: 0.9rem 1rem;
        border-radius: 10px;
        background: var(--sunken);
      }
      .display strong {
        font-size: 1.15rem;
        font-weight: 650;
      }
      .main {
        min-height: 3rem;
        border-color: transparent;
        font-weight: 600;
      }
      .dial {
        background: var(--call);
        color: var(--on-call);
      }
      .hang-up {
        background: var(--hang-up);
        color: var(--on-hang-up);
      }
      label {
        display: flex;
        gap: 0.6rem;
        align-items: center;
        min-height: 2.5rem;
      }
      label.stacked {
        display: grid;
        gap: 0.2rem;
      }
      input[type='checkbox'] {
        width: 1.2rem;
        height: 1.2rem;
        accent-color: var(--accent);
      }
      input[type='tel'],
      select {
        width: 100%;
        min-height: 2.6rem;
        padding: 0.4rem 0.7rem;
        border: 1px solid var(--line-strong);
        border-radius: 10px;
        background: var(--surface);
      }
    `,
  ]

  declare state: HandsetState
  declare number: string | null
  declare voice: boolean
  declare microphone: boolean
  declare trouble: string
  readonly phone = new Phone((state) => {
    this.state = state
  })

  constructor() {
    super()
    this.state = this.phone.state
    this.number = null
    this.voice = false
    this.microphone = false
    this.trouble = ''
  }

  override connectedCallback(): void {
    super.connectedCallback()
    void this.#askNetwork()
  }

  override render(): TemplateResult {
    const talking = this.state.at === 'talking'
    return html`
      <main>
        <h1>A caller's phone</h1>
        <div class="columns">
          <section class="card phone" aria-label="Phone">
            ${this.#display()} ${this.#callButton()}
            <key-pad
              ?disabled=${!talking}
              @key-down=${({ detail }: CustomEvent<{ key: Key; held: boolean }>) =>
                this.phone.press(detail.key, detail.held)}
              @key-up=${() => this.phone.letGo()}
            ></key-pad>
            ${this.#settings()}
          </section>
          <section class="card" aria-label="Test cards">
            <card-table
              ?disabled=${!talking}
              @key-all=${({ detail }: CustomEvent<string>) => this.phone.keyAll(detail)}
            ></card-table>
          </section>
        </div>
      </main>
    `
  }

  #display(): TemplateResult {
    const { keysSounded } = this.state
    return html`<div class="display">
      <strong role="status" data-testid="call-state">${handsetWords(this.state)}</strong>
      <span class="hint">${this.number ? `Calls ${this.number}` : 'The carrier does not answer.'}</span>
      <span class="hint" data-testid="keys-sounded" data-count=${keysSounded}>
        ${keysSounded} ${keysSounded === 1 ? 'key' : 'keys'} pressed
      </span>
    </div>`
  }

  #callButton(): TemplateResult {
    return isInCall(this.state)
      ? html`<button class="main hang-up" @click=${() => this.phone.hangUp()}>Hang up</button>`
      : html`<button class="main dial" @click=${this.#dial}>Call</button>`
  }

  #settings(): TemplateResult {
    return html`
      <label><input type="checkbox" .checked=${this.voice} @change=${this.#toggleVoice} />Canned voice</label>
      <label>
        <input type="checkbox" .checked=${this.microphone} @change=${this.#toggleMicrophone} />Microphone
      </label>
      <label class="stacked">
        Your number
        <input id="from" type="tel" .value=${callerNumber} ?disabled=${isInCall(this.state)} />
      </label>
      <label class="stacked">
        The network reports keys
        <select @change=${this.#chooseReport}>
          <option value="audio">as tones only</option>
          <option value="both">as tones and as messages</option>
        </select>
      </label>
      <p class="hint" role="status">${this.trouble}</p>
    `
  }

  async #askNetwork(): Promise<void> {
    try {
      const response = await fetch('network')
      if (response.ok) this.number = ((await response.json()) as Network).number
    } catch {
      this.number = null
    }
  }

  async #dial(): Promise<void> {
    const from = this.renderRoot.querySelector<HTMLInputElement>('#from')?.value.trim() ?? callerNumber
    await this.phone.dial(from)
    if (this.voice) await this.phone.setVoice(true)
    if (this.microphone) await this.#useMicrophone(true)
  }

  async #toggleVoice(event: Event): Promise<void> {
    this.voice = (event.currentTarget as HTMLInputElement).checked
    const heard = await this.phone.setVoice(this.voice)
    this.trouble = this.voice && !heard ? 'There is no canned voice here.' : ''
  }

  async #toggleMicrophone(event: Event): Promise<void> {
    await this.#useMicrophone((event.currentTarget as HTMLInputElement).checked)
  }

  /** Before the first call there is no sound device yet: the wish is kept and carried out when dialling. */
  async #useMicrophone(on: boolean): Promise<void> {
    this.microphone = on
    if (!isInCall(this.state)) return
    const done = await this.phone.setMicrophone(on)
    this.microphone = on && done
    this.trouble = done ? '' : 'The browser did not give the microphone.'
  }

  #chooseReport(event: Event): void {
    this.phone.report = (event.currentTarget as HTMLSelectElement).value as Report
  }
}

customElements.define('handset-app', HandsetApp)
