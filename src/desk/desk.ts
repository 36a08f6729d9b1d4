import type { DeskEvent, PaymentResource } from '../contracts/desk-port.ts'
import type { PlatformStatus } from '../contracts/platform-status.ts'
import {
  type Answer,
  Api,
  type Credentials,
  type NewPayment,
  type PaymentCommand,
  type PaymentOrder,
} from './api.ts'
import { EventStream, type StreamListener } from './event-stream.ts'
import type { PaymentQuery } from './lookup.ts'
import { ServerClock } from './server-clock.ts'
import { type DeskAction, type DeskState, firstState, type IntentName, paymentOf, reduce } from './state.ts'

/** How often the light's truth is asked for while it is green, in ms: a dead network looks like a silent one. */
const probeEveryMs = 4_000
const stillTrueMs = 4_000

export type DeskListener = (before: DeskState, after: DeskState) => void

/** The desk without its looks: holds the state, carries out the agent's intents, follows the event stream. */
export class Desk {
  readonly clock = new ServerClock()
  readonly #api = new Api({
    onServerTime: (epochMs) => this.clock.noteServerTime(epochMs),
  })
  readonly #listeners = new Set<DeskListener>()
  #stream: EventStream | undefined
  #state = firstState

  get state(): DeskState {
    return this.#state
  }

  listen(listener: DeskListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async start(): Promise<void> {
    window.setInterval(() => void this.#probe(), probeEveryMs)
    window.addEventListener('offline', () => this.#stream?.reopen())
    const answer = await this.#api.currentSession()
    if (answer.ok) this.#loggedIn(answer.value)
    else this.#dispatch({ type: 'logged-out', lost: false })
  }

  async logIn(credentials: Credentials): Promise<void> {
    const answer = await this.#intent('log-in', () => this.#api.logIn(credentials))
    if (answer.ok) this.#loggedIn(answer.value)
  }

  async logOut(): Promise<void> {
    const answer = await this.#intent('log-out', () => this.#api.logOut())
    if (answer.ok) this.#loggedOut(false)
  }

  selectCall(callId: string): void {
    this.#dispatch({ type: 'call-selected', callId })
  }

  closeCall(callId: string): void {
    this.#dispatch({ type: 'call-closed', callId })
  }

  /** Creates the payment and asks for the card at once. When only the second fails, `arm` is left to press again. */
  async takePayment(input: NewPayment): Promise<void> {
    if (this.#state.underWay.has('take-payment') || this.#state.underWay.has('arm')) return
    const answer = await this.#intent('take-payment', () => this.#api.createPayment(input))
    if (!answer.ok) return
    this.#read(answer.value, this.#state.payments.get(answer.value.id))
    if (answer.value.status === 'created') await this.command(answer.value.id, { do: 'arm' })
  }

  async command(paymentId: string, command: PaymentCommand): Promise<void> {
    const held = this.#state.payments.get(paymentId)
    const answer = await this.#intent(command.do, () => this.#api.command(paymentId, command))
    if (answer.ok) this.#read(answer.value, held)
  }

  /** Looks payments up, newest first; `more` is the next page of the same search. */
  async find(query: PaymentQuery, more = false): Promise<void> {
    const cursor = more ? (this.#state.lookup.found?.nextCursor ?? undefined) : undefined
    const answer = await this.#intent('search', () => this.#api.findPayments(query, cursor))
    if (answer.ok) this.#dispatch({ type: 'found', query, page: answer.value, more })
  }

  async openRecord(paymentId: string): Promise<void> {
    const answer = await this.#intent('open-record', () => this.#api.getRecord(paymentId))
    if (answer.ok) this.#dispatch({ type: 'record-read', payment: answer.value, opens: true })
  }

  closeRecord(): void {
    this.#dispatch({ type: 'record-closed' })
  }

  /** Captures, reverses or gives back. True when control took the order, whatever comes of it. */
  async order(paymentId: string, order: PaymentOrder): Promise<boolean> {
    if (this.#state.underWay.has(order.do)) return false
    const answer = await this.#intent(order.do, () => this.#api.order(paymentId, order))
    await this.#readRecord(paymentId)
    return answer.ok
  }

  /** How the gateways do, as control knows it now. */
  readStatus(): Promise<Answer<PlatformStatus>> {
    return this.#api.status()
  }

  toggleStatus(): void {
    this.#dispatch({ type: 'status-toggled' })
  }

  /** Puts a result away, and makes room for another payment on the same call. */
  putAway(payment: PaymentResource): void {
    this.#api.forgetPaymentIntent(payment.callId)
    this.#dispatch({ type: 'result-put-away', paymentId: payment.id })
  }

  #loggedIn(session: NonNullable<DeskState['session']>): void {
    this.#stream?.stop()
    this.#dispatch({ type: 'logged-in', session })
    this.#stream = new EventStream({
      open: (url) => new EventSource(url),
      listener: this.#streamListener(),
      after: (delayMs, task) => window.setTimeout(task, delayMs),
      random: Math.random,
    })
  }

  #loggedOut(lost: boolean): void {
    this.#stream?.stop()
    this.#stream = undefined
    this.#dispatch({ type: 'logged-out', lost })
  }

  #streamListener(): StreamListener {
    return {
      onEvent: (event: DeskEvent) => {
        this.#dispatch({ type: 'event', event })
        // The stream tells of the payment; its operations are read.
        if (event.type === 'payment' && event.payment.id === this.#state.lookup.open?.id)
          void this.#readRecord(event.payment.id)
      },
      onOpen: (again) => {
        this.#dispatch({ type: 'stream', stream: again ? 'checking' : 'live' })
        if (again) void this.#confirm()
      },
      onLost: () => this.#dispatch({ type: 'stream', stream: 'lost' }),
      onRefused: async () => {
        const answer = await this.#api.currentSession()
        if (answer.ok || answer.problem?.status !== 401) return 'again'
        this.#loggedOut(true)
        return 'stop'
      },
    }
  }

  /** After the stream came back: reads the payment on the screen before anything may look confirmed again. */
  async #confirm(): Promise<void> {
    const stream = this.#stream
    const shown = this.#shownPayment()
    const answer = shown ? await this.#api.getPayment(shown.id) : await this.#api.currentSession()
    if (stream !== this.#stream || this.#state.stream !== 'checking') return
    if (!answer.ok && answer.problem?.status !== 404) return stream?.reopen()
    if (shown && answer.ok) this.#read(answer.value as PaymentResource, shown)
    this.#dispatch({ type: 'stream', stream: 'live' })
  }

  /**
   * While the light is green: is it still true? A connection that died without a word (a cable, a sleeping switch)
   * gives EventSource no error for minutes.
   */
  async #probe(): Promise<void> {
    const stream = this.#stream
    const shown = this.#shownPayment()
    if (!stream || this.#state.stream !== 'live' || !shown?.collection?.secured) return
    const late = new Promise<null>((resolve) => window.setTimeout(() => resolve(null), stillTrueMs))
    const answer = await Promise.race([this.#api.getPayment(shown.id), late])
    if (stream !== this.#stream || this.#shownPayment() !== shown) return
    if (answer?.ok === true ? answer.value.collection?.secured !== true : answer?.problem?.status !== 404) {
      stream.reopen()
    }
  }

  #shownPayment(): PaymentResource | undefined {
    const callId = this.#state.selectedCallId
    return callId === null ? undefined : paymentOf(this.#state, callId)
  }

  async #readRecord(paymentId: string): Promise<void> {
    const answer = await this.#api.getRecord(paymentId)
    if (answer.ok) this.#dispatch({ type: 'record-read', payment: answer.value, opens: false })
  }

  #read(payment: PaymentResource, held: PaymentResource | undefined): void {
    this.#dispatch({ type: 'payment-read', payment, held })
  }

  async #intent<T>(intent: IntentName, send: () => Promise<Answer<T>>): Promise<Answer<T>> {
    this.#dispatch({ type: 'intent-sent', intent })
    const answer = await send()
    if (answer.ok) this.#dispatch({ type: 'intent-done', intent })
    else if (intent !== 'log-in' && answer.problem?.status === 401) this.#loggedOut(true)
    else this.#dispatch({ type: 'intent-refused', intent, problem: answer.problem })
    return answer
  }

  #dispatch(action: DeskAction): void {
    const before = this.#state
    this.#state = reduce(before, action)
    if (this.#state === before) return
    for (const listener of this.#listeners) listener(before, this.#state)
  }
}
