import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import { controlStyles } from './control-styles.ts'
import type { Desk } from './desk.ts'
import type { DeskState } from './state.ts'
import { refusalWords } from './words.ts'
import './brand-mark.ts'

/** E-mail and password. What was wrong is said once for both, as it should not help a guesser. */
export class LogInForm extends LitElement {
  static override properties = { desk: { attribute: false }, state: { attribute: false } }
  static override styles = [
    controlStyles,
    css`
      :host {
        display: grid;
        min-height: 92vh;
        place-items: center;
      }
      form {
        display: grid;
        gap: 1.1rem;
        width: min(100%, 24rem);
        padding: clamp(1.25rem, 5vw, 2.25rem);
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        box-shadow: var(--shadow);
      }
      h1 {
        font-size: 1.5rem;
        font-weight: 650;
        letter-spacing: -0.02em;
      }
    `,
  ]

  declare desk: Desk
  declare state: DeskState

  override render(): TemplateResult {
    const { refusal, underWay, sessionLost } = this.state
    return html`
      <form @submit=${this.#submit} aria-labelledby="title">
        <brand-mark></brand-mark>
        <h1 id="title">Log in to the desk</h1>
        ${sessionLost && !refusal ? html`<p role="status">Your session has ended. Please log in again.</p>` : nothing}
        ${refusal?.intent === 'log-in' ? html`<p class="refusal" role="alert">${refusalWords(refusal)}</p>` : nothing}
        <div>
          <label for="email">E-mail</label>
          <input id="email" name="email" type="email" autocomplete="username" required maxlength="254" />
        </div>
        <div>
          <label for="password">Password</label>
          <input
            id="password"
            name="password"
            type="password"
            autocomplete="current-password"
            required
            maxlength="1024"
          />
        </div>
        <button class="main" type="submit" ?disabled=${underWay.has('log-in')}>Log in</button>
      </form>
    `
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLInputElement>('#email')?.focus()
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    const before = changed.get('state') as DeskState | undefined
    if (this.state.refusal && before && before.refusal !== this.state.refusal) {
      this.renderRoot.querySelector<HTMLInputElement>('#password')?.select()
    }
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault()
    const data = new FormData(event.currentTarget as HTMLFormElement)
    void this.desk.logIn({ email: String(data.get('email')), password: String(data.get('password')) })
  }
}

customElements.define('log-in-form', LogInForm)
