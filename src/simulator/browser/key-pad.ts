import { css, html, LitElement, type TemplateResult } from 'lit'
import type { Key } from './key-tones.ts'
import { phoneStyles } from './phone-styles.ts'

const keys: readonly Key[] = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#']
const names: Partial<Record<Key, string>> = { '*': 'Star', '#': 'Hash' }

/** Twelve keys. Says `key-down` (detail: the key, and whether it is held) and `key-up`. */
export class KeyPad extends LitElement {
  static override properties = { disabled: { type: Boolean }, down: { state: true } }
  static override styles = [
    phoneStyles,
    css`
      div {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
        gap: 0.6rem;
      }
      button {
        min-height: 3.4rem;
        font-size: 1.4rem;
        font-variant-numeric: tabular-nums;
        touch-action: manipulation;
        user-select: none;
      }
      button:active:not(:disabled),
      button.down {
        background: var(--accent);
        border-color: var(--accent);
        color: var(--on-accent);
      }
    `,
  ]

  declare disabled: boolean
  declare down: string | null

  constructor() {
    super()
    this.disabled = false
    this.down = null
  }

  override connectedCallback(): void {
    super.connectedCallback()
    document.addEventListener('keydown', this.#keyDown)
    document.addEventListener('keyup', this.#keyUp)
    document.addEventListener('pointerup', this.#up)
    document.addEventListener('pointercancel', this.#up)
    window.addEventListener('blur', this.#up)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    document.removeEventListener('keydown', this.#keyDown)
    document.removeEventListener('keyup', this.#keyUp)
    document.removeEventListener('pointerup', this.#up)
    document.removeEventListener('pointercancel', this.#up)
    window.removeEventListener('blur', this.#up)
  }

  override render(): TemplateResult {
    return html`<div role="group" aria-label="Keypad">${keys.map((key) => this.#button(key))}</div>`
  }

  #button(key: Key): TemplateResult {
    return html`<button
      ?disabled=${this.disabled}
      class=${this.down === key ? 'down' : ''}
      aria-label=${names[key] ?? key}
      @pointerdown=${(event: PointerEvent) => event.button === 0 && this.#press(key, true)}
      @click=${(event: MouseEvent) => event.detail === 0 && this.#press(key, false)}
    >
      ${key}
    </button>`
  }

  /** A click without a pointer (Enter, Space, a screen reader) has no duration: it is a tap. */
  #press(key: Key, held: boolean): void {
    if (this.disabled) return
    if (held) this.down = key
    this.dispatchEvent(new CustomEvent('key-down', { detail: { key, held } }))
  }

  readonly #up = (): void => {
    if (this.down === null) return
    this.down = null
    this.dispatchEvent(new CustomEvent('key-up'))
  }

  readonly #keyDown = (event: KeyboardEvent): void => {
    const key = event.key as Key
    if (!keys.includes(key) || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return
    const at = event.composedPath()[0]
    if (at instanceof HTMLInputElement || at instanceof HTMLSelectElement) return
    event.preventDefault()
    this.#press(key, true)
  }

  readonly #keyUp = (event: KeyboardEvent): void => {
    if (event.key === this.down) this.#up()
  }
}

customElements.define('key-pad', KeyPad)
