import { css, html, LitElement, type nothing, type TemplateResult } from 'lit'
import type { Right } from '../contracts/rights.ts'
import { controlStyles } from './control-styles.ts'
import './connection-manager.ts'
import './delivery-log.ts'
import './endpoint-manager.ts'
import './receipt-studio.ts'

const tabs = [
  { name: 'deliveries', title: 'Deliveries', right: 'endpoints:read' },
  { name: 'endpoints', title: 'Webhook endpoints', right: 'endpoints:read' },
  { name: 'connections', title: 'CRM and books', right: 'connections:read' },
  { name: 'receipts', title: 'Receipts', right: 'receipts:read' },
] as const satisfies readonly { name: string; title: string; right: Right }[]
export type Tab = (typeof tabs)[number]['name']

/** Where results go, for administrators: what was delivered, to which endpoints, and what receipts look like. */
export class ResultsPage extends LitElement {
  static override properties = {
    rights: { attribute: false },
    tab: { attribute: false },
    told: { attribute: false },
    sandbox: { attribute: false },
  }
  static override styles = [
    controlStyles,
    css`
      section {
        display: grid;
        gap: 1.25rem;
        padding: clamp(1rem, 3vw, 1.75rem);
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        box-shadow: var(--shadow);
      }
      .top {
        justify-content: space-between;
      }
      [role='tab'][aria-selected='true'] {
        border-color: var(--accent);
        background: var(--sunken);
      }
    `,
  ]

  declare rights: readonly Right[]
  declare tab: Tab
  /** What became of a consent that was asked for on the other side: a code, or '' for well; null when none was. */
  declare told: string | null
  declare sandbox: boolean

  constructor() {
    super()
    this.rights = []
    this.tab = 'deliveries'
    this.told = null
    this.sandbox = false
  }

  override render(): TemplateResult {
    return html`
      <section aria-labelledby="title">
        <div class="row top">
          <h2 id="title" tabindex="-1">Results</h2>
          <button class="small" @click=${() => this.dispatchEvent(new CustomEvent('leave'))}>Back to calls</button>
        </div>
        <div class="row" role="tablist" aria-label="Results">
          ${tabs
            .filter(({ right }) => this.rights.includes(right))
            .map(
              ({ name, title }) => html`<button
                class="small"
                role="tab"
                id=${`tab-${name}`}
                aria-selected=${this.tab === name}
                aria-controls="panel"
                @click=${() => {
                  this.tab = name
                  this.told = null
                }}
              >
                ${title}
              </button>`,
            )}
        </div>
        <div id="panel" role="tabpanel" aria-labelledby=${`tab-${this.tab}`}>${this.#panel()}</div>
      </section>
    `
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('h2')?.focus()
  }

  #panel(): TemplateResult | typeof nothing {
    const mayManage = this.rights.includes('endpoints:manage')
    switch (this.tab) {
      case 'deliveries':
        return html`<delivery-log .mayReplay=${mayManage}></delivery-log>`
      case 'endpoints':
        return html`<endpoint-manager .mayManage=${mayManage}></endpoint-manager>`
      case 'connections':
        return html`<connection-manager
          .mayManage=${this.rights.includes('connections:manage')}
          .told=${this.told}
          .sandbox=${this.sandbox}
        ></connection-manager>`
      case 'receipts':
        return html`<receipt-studio .mayManage=${this.rights.includes('receipts:manage')}></receipt-studio>`
    }
  }
}

customElements.define('results-page', ResultsPage)
