import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { GatewayStatus, PlatformStatus } from '../contracts/platform-status.ts'
import { controlStyles } from './control-styles.ts'
import type { Desk } from './desk.ts'
import { ageWords, breakerWords, failureWords } from './status-words.ts'

const readEveryMs = 5_000

/** How the gateways do, for whoever looks after the desk: read again while it is open. Calls stay in view below. */
export class StatusPage extends LitElement {
  static override properties = {
    desk: { attribute: false },
    status: { state: true },
    failed: { state: true },
  }
  static override styles = [
    controlStyles,
    css`
      section {
        margin-bottom: 1.25rem;
        padding: 1rem 1.25rem;
        border: 1px solid var(--line);
        border-radius: 10px;
        background: var(--surface);
        overflow-x: auto;
      }
      table {
        width: 100%;
        margin-top: 0.75rem;
        border-collapse: collapse;
      }
      th,
      td {
        padding: 0.45rem 0.75rem 0.45rem 0;
        border-top: 1px solid var(--line);
        text-align: left;
        vertical-align: top;
        font-variant-numeric: tabular-nums;
      }
      thead th {
        border-top: 0;
        color: var(--ink-soft);
        font-size: 0.9rem;
        font-weight: 550;
      }
      [data-breaker='open'] {
        color: var(--lost);
        font-weight: 650;
      }
      [data-breaker='half-open'] {
        font-weight: 650;
      }
    `,
  ]

  declare desk: Desk
  declare status: PlatformStatus | null
  declare failed: boolean
  #timer = 0

  constructor() {
    super()
    this.status = null
    this.failed = false
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#timer = window.setInterval(() => void this.#read(), readEveryMs)
    queueMicrotask(() => void this.#read())
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    window.clearInterval(this.#timer)
  }

  override render(): TemplateResult {
    const { status } = this
    return html`
      <section aria-labelledby="status-title" data-testid="status">
        <h2 id="status-title">Status</h2>
        ${this.failed ? html`<p class="refusal">The status cannot be read. What stands here may be old.</p>` : nothing}
        ${status ? this.#parts(status) : html`<p class="hint">Reading…</p>`}
      </section>
    `
  }

  #parts(status: PlatformStatus): TemplateResult {
    const { outbox, at } = status
    const parts = (['vault', 'bridge', 'store'] as const).filter((part) => status[part] === 'down')
    return html`
      <p class="hint">
        ${parts.length === 0 ? 'Vault, bridge and store are there.' : `Not there: ${parts.join(', ')}.`}
        ${outbox ? `Events that wait to be delivered: ${outbox.waiting}${ageWords(outbox.oldestAt, at)}.` : nothing}
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">Gateway</th>
            <th scope="col">State</th>
            <th scope="col">Calls, 15 minutes</th>
            <th scope="col">Failed</th>
            <th scope="col">Repeated</th>
            <th scope="col">Time, median and 95th</th>
            <th scope="col">Outcomes unknown</th>
          </tr>
        </thead>
        <tbody>
          ${status.gateways.map((gateway) => this.#row(gateway, at))}
        </tbody>
      </table>
    `
  }

  #row(one: GatewayStatus, at: number): TemplateResult {
    const times = one.medianMs === null ? '–' : `${one.medianMs} ms, ${one.p95Ms} ms`
    return html`
      <tr data-gateway=${one.gateway}>
        <th scope="row">${one.gateway}</th>
        <td data-breaker=${one.breaker}>${breakerWords(one, at)}</td>
        <td>${one.calls}</td>
        <td>${failureWords(one)}</td>
        <td>${one.repeats}</td>
        <td>${times}</td>
        <td>${one.unknown.count}${ageWords(one.unknown.oldestAt, at)}</td>
      </tr>
    `
  }

  async #read(): Promise<void> {
    const answer = await this.desk.readStatus()
    this.failed = !answer.ok
    if (answer.ok) this.status = answer.value
  }
}

customElements.define('status-page', StatusPage)
