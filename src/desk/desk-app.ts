import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import { takeReturn } from './came-back.ts'
import { controlStyles } from './control-styles.ts'
import { Desk } from './desk.ts'
import { type DeskState, recordShown } from './state.ts'
import './call-list.ts'
import './call-panel.ts'
import './desk-header.ts'
import './live-announcer.ts'
import './log-in-form.ts'
import './payment-record.ts'
import './payment-search.ts'
import './plans-page.ts'
import './platform-banner.ts'
import './results-page.ts'
import './status-page.ts'

/** The whole desk: log-in, or header, list of calls and the panel of the selected one. */
export class DeskApp extends LitElement {
  static override properties = {
    state: { state: true },
    results: { state: true },
    plans: { state: true },
    cameBack: { state: true },
  }
  static override styles = [
    controlStyles,
    css`
      :host {
        display: block;
        max-width: 78rem;
        margin: 0 auto;
        padding: 0 clamp(0.75rem, 3vw, 2rem) 3rem;
      }
      .columns {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1.25rem;
        align-items: start;
      }
      @media (min-width: 56rem) {
        .columns {
          grid-template-columns: minmax(15rem, 19rem) minmax(0, 1fr);
          gap: 1.75rem;
        }
      }
      .side {
        display: grid;
        gap: 1.75rem;
      }
      .skip {
        position: absolute;
        left: 0.75rem;
        top: -4rem;
        z-index: 1;
        padding: 0.6rem 1rem;
        border-radius: 8px;
        background: var(--accent);
        color: var(--on-accent);
      }
      .skip:focus {
        top: 0.75rem;
      }
      main:focus-visible {
        outline: none;
      }
    `,
  ]

  declare state: DeskState
  /** The results page is open, in the place of the call. */
  declare results: boolean
  /** The plans are open, in the place of the call. */
  declare plans: boolean
  /** Somebody comes back from a CRM or the books, where they agreed or not: a code, or '' for well. */
  declare cameBack: string | null
  readonly desk = new Desk()
  #stopListening: (() => void) | undefined

  constructor() {
    super()
    this.state = this.desk.state
    this.results = false
    this.plans = false
    this.cameBack = takeReturn(window.location, window.history)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#stopListening = this.desk.listen((before, after) => {
      this.state = after
      if (this.results && this.#turnedAway(before, after)) {
        this.results = false
        this.cameBack = null
      }
      if (this.plans && this.#turnedAway(before, after)) this.plans = false
      this.renderRoot.querySelector('live-announcer')?.step(before, after)
      if (!before.session && after.session) {
        if (this.cameBack !== null) this.results = true
        void this.#focusMain()
      }
    })
    void this.desk.start()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#stopListening?.()
  }

  override render(): TemplateResult {
    return html`
      <live-announcer></live-announcer>
      ${this.#page()}
    `
  }

  #page(): TemplateResult | typeof nothing {
    const { session } = this.state
    if (session === undefined) return nothing
    if (session === null) {
      return html`<main><log-in-form .desk=${this.desk} .state=${this.state}></log-in-form></main>`
    }
    return html`
      <a class="skip" href="#call" @click=${this.#skip}>Skip to the call</a>
      <desk-header
        .desk=${this.desk}
        .state=${this.state}
        @open-results=${() => {
          this.results = true
          this.plans = false
        }}
        @open-plans=${() => {
          this.plans = true
          this.results = false
        }}
      ></desk-header>
      <platform-banner .state=${this.state}></platform-banner>
      ${this.state.statusOpen ? html`<status-page .desk=${this.desk}></status-page>` : nothing}
      <div class="columns">
        <div class="side">
          <nav aria-label="Calls"><call-list .desk=${this.desk} .state=${this.state}></call-list></nav>
          <payment-search .desk=${this.desk} .state=${this.state}></payment-search>
        </div>
        <main id="call" tabindex="-1">${this.#main()}</main>
      </div>
    `
  }

  #main(): TemplateResult {
    if (this.results) return this.#resultsPage()
    if (this.plans) return this.#plansPage()
    const record = recordShown(this.state)
    if (!record) return html`<call-panel .desk=${this.desk} .state=${this.state}></call-panel>`
    return html`<payment-record .desk=${this.desk} .state=${this.state} .payment=${record}></payment-record>`
  }

  /** Whoever turns to a call or a payment has turned away from the results. */
  #turnedAway(before: DeskState, after: DeskState): boolean {
    // The first call opens by itself: that takes nobody away who has just come back from giving a consent.
    const openedByItself = this.cameBack !== null && before.selectedCallId === null
    const turned = before.selectedCallId !== after.selectedCallId && !openedByItself
    return turned || recordShown(after) !== null || !after.session
  }

  #resultsPage(): TemplateResult {
    return html`<results-page
      .rights=${this.state.session?.rights ?? []}
      .tab=${this.cameBack === null ? 'deliveries' : 'connections'}
      .told=${this.cameBack}
      .sandbox=${this.state.session?.sandbox != null}
      @leave=${() => {
        this.results = false
        this.cameBack = null
        void this.#focusMain()
      }}
    ></results-page>`
  }

  #plansPage(): TemplateResult {
    return html`<plans-page
      .rights=${this.state.session?.rights ?? []}
      @leave=${() => {
        this.plans = false
        void this.#focusMain()
      }}
    ></plans-page>`
  }

  #skip(event: Event): void {
    event.preventDefault()
    void this.#focusMain()
  }

  async #focusMain(): Promise<void> {
    await this.updateComplete
    this.renderRoot.querySelector('main')?.focus()
  }
}

customElements.define('desk-app', DeskApp)
