import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { Assistance } from '../contracts/assistance.ts'
import { locales } from '../contracts/locales.ts'
import type { Locale } from '../contracts/prompts.ts'
import { controlStyles } from './control-styles.ts'
import { ResultsApi } from './results-api.ts'

const promptWords = {
  silence: 'Nothing: I guide them myself',
  beeps: 'A beep for each digit',
  spoken: 'Spoken prompts',
} as const satisfies Record<Assistance['prompts'], string>

/** What the caller hears while they key, and whether the agent hears them: chosen once for the call. */
export class AssistanceChoice extends LitElement {
  static override properties = {
    callId: { attribute: false },
    keying: { attribute: false },
    chosen: { state: true },
    fault: { state: true },
  }
  static override styles = [
    controlStyles,
    css`
      :host {
        display: grid;
        gap: 0.6rem;
      }
      fieldset {
        display: flex;
        flex-wrap: wrap;
        gap: 0.4rem 1.2rem;
        align-items: center;
        border: 0;
        padding: 0;
        margin: 0;
        /* A fieldset is otherwise as wide as its longest word: too wide for 320 pixels. */
        min-inline-size: 0;
      }
      label {
        display: flex;
        gap: 0.5rem;
        align-items: center;
      }
      label:has(select) {
        flex-wrap: wrap;
      }
      label,
      select {
        max-width: 100%;
      }
      select {
        width: auto;
      }
      input {
        width: auto;
      }
      .aloud {
        display: flex;
        flex-wrap: wrap;
        gap: 0.6rem 1rem;
        align-items: center;
        justify-content: space-between;
        padding: 0.75rem 1rem;
        border: 2px solid var(--waiting);
        border-radius: 8px;
        background: var(--waiting-wash);
      }
    `,
  ]

  declare callId: string
  /** The digits of the number are being keyed now. */
  declare keying: boolean
  declare chosen: Assistance
  declare fault: string | null
  readonly #api = new ResultsApi()

  constructor() {
    super()
    this.keying = false
    this.chosen = { prompts: 'silence', locale: 'en-GB', muteCaller: false }
    this.fault = null
  }

  override render(): TemplateResult {
    const { prompts, locale, muteCaller } = this.chosen
    return html`
      ${this.#aloud()}
      <fieldset aria-label="While the caller keys">
        <label>
          The caller hears
          <select data-testid="prompts" @change=${(event: Event) => this.#choose({ prompts: chosenOf(event) as Assistance['prompts'] })}>
            ${Object.entries(promptWords).map(([value, words]) => html`<option value=${value} ?selected=${value === prompts}>${words}</option>`)}
          </select>
        </label>
        ${
          prompts === 'spoken'
            ? html`<label>
                in
                <select data-testid="locale" @change=${(event: Event) => this.#choose({ locale: chosenOf(event) as Locale })}>
                  ${locales.map((one) => html`<option value=${one} ?selected=${one === locale}>${nameOf(one)}</option>`)}
                </select>
              </label>`
            : nothing
        }
        <label>
          <input
            type="checkbox"
            data-testid="mute"
            .checked=${muteCaller}
            @change=${(event: Event) => this.#choose({ muteCaller: (event.target as HTMLInputElement).checked })}
          />
          I do not hear the caller while they key the number
        </label>
      </fieldset>
      ${this.fault ? html`<p class="fault" role="alert">${this.fault}</p>` : nothing}
    `
  }

  /** A standing word beforehand; while the number is being keyed a warning, with what can be done about it. */
  #aloud(): TemplateResult {
    if (!this.keying)
      return html`<p class="hint" role="note" data-testid="aloud">
        The card is for the keypad only. Stop a caller who reads it aloud: what is said is heard, and may be recorded.
      </p>`
    const { muteCaller } = this.chosen
    return html`<div class="aloud" role="note" data-testid="aloud" data-now>
      <p>
        <strong>The number is being keyed.</strong>
        ${
          muteCaller
            ? 'You do not hear the caller until it is complete.'
            : 'Stop the caller if they read it aloud: what is said is heard, and may be recorded.'
        }
      </p>
      <button data-testid="mute-now" @click=${() => this.#choose({ muteCaller: !muteCaller })}>
        ${muteCaller ? 'Hear the caller again' : 'Mute the caller to me'}
      </button>
    </div>`
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('callId')) void this.#look()
  }

  async #look(): Promise<void> {
    const told = await this.#api.ask('getAssistance', { id: this.callId })
    if (told.value) this.chosen = told.value
  }

  async #choose(change: Partial<Assistance>): Promise<void> {
    const before = this.chosen
    this.chosen = { ...before, ...change }
    const told = await this.#api.ask('chooseAssistance', { id: this.callId, body: this.chosen })
    this.fault = told.fault
    this.chosen = told.value ?? before
  }
}

function chosenOf(event: Event): string {
  return (event.target as HTMLSelectElement).value
}

/** In words of the agent's own language. */
function nameOf(locale: Locale): string {
  return new Intl.DisplayNames([navigator.language], { type: 'language' }).of(locale) ?? locale
}

customElements.define('assistance-choice', AssistanceChoice)
