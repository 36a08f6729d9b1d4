import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import { controlStyles } from './control-styles.ts'
import type { Desk } from './desk.ts'
import type { DeskState, StreamState } from './state.ts'
import './brand-mark.ts'
import './listen-toggle.ts'

const streamWords: Readonly<Record<StreamState, string>> = {
  connecting: 'Connecting…',
  checking: 'Reconnecting…',
  live: 'Connected',
  lost: 'Reconnecting…',
}

/** Who is logged in, whether the desk hears the platform, and the way out. */
export class DeskHeader extends LitElement {
  static override properties = { desk: { attribute: false }, state: { attribute: false } }
  static override styles = [
    controlStyles,
    css`
      header {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem 1rem;
        align-items: center;
        padding: 0.9rem 0;
        margin-bottom: 1.25rem;
        border-bottom: 1px solid var(--line);
      }
      h1 {
        margin-right: auto;
        font-size: 1.1rem;
      }
      .stream::before {
        content: '';
        display: inline-block;
        width: 0.6rem;
        height: 0.6rem;
        margin-right: 0.45rem;
        border: 2px solid var(--waiting);
        border-radius: 50%;
      }
      .stream[data-stream='live']::before {
        border-color: var(--accent);
        background: var(--accent);
      }
    `,
  ]

  declare desk: Desk
  declare state: DeskState

  override render(): TemplateResult | typeof nothing {
    const { session, stream, underWay, statusOpen } = this.state
    if (!session) return nothing
    return html`
      <header>
        <h1><brand-mark></brand-mark><span class="unseen"> desk</span></h1>
        <span class="stream hint" data-stream=${stream} data-testid="stream">${streamWords[stream]}</span>
        ${
          session.sandbox
            ? html`<listen-toggle
                .carrierUrl=${session.sandbox.carrierUrl}
                .callId=${this.state.selectedCallId}
              ></listen-toggle>`
            : nothing
        }
        ${
          !session.rights.includes('platform:read')
            ? nothing
            : html`<button
                class="small"
                aria-expanded=${statusOpen}
                @click=${() => this.desk.toggleStatus()}
              >
                Status
              </button>`
        }
        <span class="hint">${session.agent.name} · ${session.merchant.name}</span>
        ${
          session.rights.includes('payments:read')
            ? html`<button class="small" @click=${() => this.dispatchEvent(new CustomEvent('open-plans'))}>
                Plans
              </button>`
            : nothing
        }
        ${
          session.rights.includes('endpoints:read')
            ? html`<button class="small" @click=${() => this.dispatchEvent(new CustomEvent('open-results'))}>
                Results
              </button>`
            : nothing
        }
        <button class="small" ?disabled=${underWay.has('log-out')} @click=${() => this.desk.logOut()}>
          Log out
        </button>
      </header>
    `
  }
}

customElements.define('desk-header', DeskHeader)
