import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import { AgentLine } from './agent-line.ts'
import { controlStyles } from './control-styles.ts'

/** Sandbox only: "Listen" plays what the agent hears, "Talk" puts this microphone in the robot agent's place. */
export class ListenToggle extends LitElement {
  static override properties = {
    carrierUrl: { attribute: false },
    callId: { attribute: false },
    line: { state: true },
    opening: { state: true },
    talking: { state: true },
    trouble: { state: true },
  }
  static override styles = [
    controlStyles,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        align-items: center;
      }
      button[aria-pressed='true'] {
        border-color: var(--accent);
        box-shadow: inset 0 0 0 1px var(--accent);
        color: var(--accent-strong);
      }
    `,
  ]

  declare carrierUrl: string
  declare callId: string | null
  declare line: AgentLine | null
  declare opening: boolean
  declare talking: boolean
  declare trouble: string

  constructor() {
    super()
    this.callId = null
    this.line = null
    this.opening = false
    this.talking = false
    this.trouble = ''
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    void this.#stop()
  }

  protected override willUpdate(): void {
    if (this.line) this.line.callId = this.callId
  }

  override render(): TemplateResult {
    const on = this.line !== null
    return html`
      <button class="small" aria-pressed=${on} ?disabled=${this.opening} @click=${on ? this.#stop : this.#listen}>
        Listen
      </button>
      ${
        on
          ? html`<button class="small" aria-pressed=${this.talking} ?disabled=${this.talking} @click=${this.#talk}>
              Talk
            </button>`
          : nothing
      }
      <span class="fault" role="status">${this.trouble}</span>
    `
  }

  readonly #listen = async (): Promise<void> => {
    this.opening = true
    this.trouble = ''
    try {
      const line = await AgentLine.open(this.carrierUrl, () => void this.#stop())
      if (this.isConnected) this.line = line
      else await line.close()
    } catch {
      this.trouble = 'The simulated phone network or the sound device is not available.'
    }
    this.opening = false
  }

  readonly #stop = async (): Promise<void> => {
    const { line } = this
    this.line = null
    this.talking = false
    await line?.close()
  }

  readonly #talk = async (): Promise<void> => {
    try {
      await this.line?.talk()
      this.talking = this.line?.talking ?? false
    } catch {
      this.trouble = 'The browser did not give the microphone.'
    }
  }
}

customElements.define('listen-toggle', ListenToggle)
