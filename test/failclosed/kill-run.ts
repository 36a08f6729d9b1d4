import type { PaymentResource } from '../../src/contracts/desk-port.ts'
import { ApiClient, ApiRefused } from '../../src/demo/api-client.ts'
import { gatewayOf } from '../../src/demo/demo.ts'
import type { DemoCard } from '../../src/demo/demo-cards.ts'
import { DeskWatch, NotInTime } from '../../src/demo/desk-watch.ts'
import { SimulatedCall } from '../../src/demo/simulated-call.ts'
import { recoverDigits } from '../../src/dtmf/attacker.ts'
import { startThrowawayPlatform, type ThrowawayPlatform } from '../../src/supervisor/throwaway-platform.ts'
import { markedVisa } from '../support/marked-card.ts'

export const victims = ['control', 'vault', 'bridge'] as const
export type Victim = (typeof victims)[number]

/** When the process is killed, in order of a collection's life. */
export const moments = [
  'payment created',
  'arming',
  'number asked for',
  'first digit',
  'middle of the number',
  'number accepted',
  'date accepted',
  'middle of the code',
  'authorising',
  'gateway at work',
  'outcome known',
] as const
export type Moment = (typeof moments)[number]

export type RunResult = {
  readonly victim: Victim
  readonly moment: Moment
  /** Digits recovered from the agent's audio, of those that the caller keyed. */
  readonly recovered: number
  readonly keyed: number
  /** Approved authorisations in the gateway's ledger. */
  readonly authorised: number
  /** The payment after recovery, before a second try. */
  readonly restedAs: string
  /** The payment in the end: the agent tries again where nothing was taken. */
  readonly endedAs: string
  readonly complaints: readonly string[]
}

/** £9,111.08: the gateway takes three seconds to answer, so that there is a middle to kill in. */
const slowAmount = 911_108

/** One call on a platform of its own; a process is killed with SIGKILL at the moment, and the caller keys on regardless. */
export async function killRun(victim: Victim, moment: Moment): Promise<RunResult> {
  const platform = await startThrowawayPlatform()
  const api = new ApiClient({ baseUrl: platform.addresses.control, apiKey: platform.credentials.apiKey })
  const watch = new DeskWatch(api)
  try {
    const call = await SimulatedCall.dial({ platform, api, watch, from: '+447700900155' })
    const run = new KillRun({ platform, api, watch, call, victim, moment })
    return await run.perform()
  } finally {
    await watch.close()
    await platform.stop(0)
  }
}

type Parts = {
  readonly platform: ThrowawayPlatform
  readonly api: ApiClient
  readonly watch: DeskWatch
  readonly call: SimulatedCall
  readonly victim: Victim
  readonly moment: Moment
}

class KillRun {
  readonly #parts: Parts
  readonly #card: DemoCard = markedVisa()
  readonly #complaints: string[] = []
  /** What the caller has not keyed yet. */
  #left: string
  #asked = false

  constructor(parts: Parts) {
    this.#parts = parts
    this.#left = this.#card.pan + this.#card.expiry + this.#card.csc
  }

  async perform(): Promise<RunResult> {
    const { platform, api, call, victim, moment } = this.#parts
    const slow = moment === 'authorising' || moment === 'gateway at work'
    const amountMinor = slow ? slowAmount : 1_500
    const payment = await api.createPayment({
      callId: call.call.id,
      amountMinor,
      currency: 'GBP',
      reference: 'kill',
    })
    await this.#bringTo(payment.id)
    process.kill(platform.pidOf(victim) ?? 0, 'SIGKILL')
    // The caller knows nothing of it and keys on, into whatever is there now. Before the line was secured nobody
    // has asked for a key, and the line is an ordinary one.
    if (this.#asked) await call.key(this.#left)
    const rested = await this.#rest(payment.id)
    const ended = rested.status === 'captured' ? rested : await this.#tryAgain(rested)
    const authorised = await this.#ledgerAgrees(ended)
    await this.#deskAgrees(ended)
    await call.hangUp()
    const recovered = recoverDigits(call.agent.heard.toPcm(), call.pressesAtAgent()).length
    if (recovered > 0) this.#complaints.push(`${recovered} digits can be recovered from the agent's audio`)
    if (call.caller.stopReason !== 'hung-up-here')
      this.#complaints.push(`the call was lost (${call.caller.stopReason})`)
    const statuses = { restedAs: rested.status, endedAs: ended.status }
    return {
      victim,
      moment,
      recovered,
      keyed: call.digitsKeyed,
      authorised,
      ...statuses,
      complaints: this.#complaints,
    }
  }

  async #bringTo(id: string): Promise<void> {
    const { api, watch, call, moment } = this.#parts
    const { pan, expiry, csc } = this.#card
    if (moment === 'payment created') return
    const arming = api.act(id, 'arm')
    if (moment === 'arming') return void arming.catch(() => {})
    await arming
    const stages: ReadonlyArray<readonly ['pan' | 'expiry' | 'csc', string, Moment | null]> = [
      ['pan', pan.slice(0, 1), 'first digit'],
      ['pan', pan.slice(1, 8), 'middle of the number'],
      ['pan', pan.slice(8), 'number accepted'],
      ['expiry', expiry, 'date accepted'],
      ['csc', csc.slice(0, 2), 'middle of the code'],
      ['csc', csc.slice(2), null],
    ]
    await watch.untilPayment(
      id,
      'a secured line',
      ({ collection }) => collection?.fields[0]?.state === 'asked',
    )
    this.#asked = true
    if (moment === 'number asked for') return
    let asked = ''
    for (const [field, keys, after] of stages) {
      if (asked === field) await call.key(keys)
      else await call.keyField(id, field, keys)
      asked = field
      this.#left = this.#left.slice(keys.length)
      if (after === moment) return
    }
    const wanted = moment === 'outcome known' ? 'captured' : 'authorising'
    await watch.untilPayment(id, moment, ({ status }) => status === wanted)
    if (moment === 'gateway at work') await new Promise((resolve) => setTimeout(resolve, 1_000))
  }

  /** The payment once nothing about it is open any more, as the API says it. */
  async #rest(id: string): Promise<PaymentResource> {
    const open = new Set(['collecting', 'ready', 'authorising', 'unknown'])
    for (const untilMs = performance.now() + 60_000; performance.now() < untilMs; ) {
      const payment = await this.#parts.api.payment(id).catch(() => null)
      if (payment && !open.has(payment.status) && (await this.#ready())) return payment
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    throw new Error(`${this.#parts.victim}, ${this.#parts.moment}: the payment did not come to rest`)
  }

  async #ready(): Promise<boolean> {
    const { addresses } = this.#parts.platform
    return fetch(`${addresses.control}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
  }

  /** The agent arms again and the caller keys the card again, on the same call. */
  async #tryAgain({ id, status }: PaymentResource): Promise<PaymentResource> {
    const { api, call, watch } = this.#parts
    const live = ({ agent, caller }: { agent: string; caller: string }) =>
      agent === 'joined' && caller === 'joined'
    await watch.until('both legs back', () => {
      const now = watch.calls.get(call.call.id)
      return now && live(now)
    })
    // Declined means here that the kill came before the first byte: the gateway was asked, and knows of nothing.
    const verb = status === 'declined' ? 'another-card' : 'arm'
    await this.#untilAsked(id, () => this.#whenReady(() => api.act(id, verb)))
    await call.keyCard(id, this.#card)
    return call.settled(id, 60_000)
  }

  /** Clicks again, as an agent does, where the line could not be secured: the kill may not have been noticed yet. */
  async #untilAsked(id: string, click: () => Promise<PaymentResource>): Promise<void> {
    for (const untilMs = performance.now() + 20_000; ; ) {
      const before = this.#parts.watch.payments.get(id)?.collection?.id
      await click()
      const { collection } = await this.#parts.watch.untilPayment(
        id,
        'an answer to the click',
        ({ collection }) =>
          collection?.id !== before &&
          (collection?.state === 'ended' || collection?.fields[0]?.state === 'asked'),
      )
      if (collection?.state !== 'ended') return
      if (performance.now() > untilMs) throw new NotInTime(`the line was not secured: ${collection.why}`)
    }
  }

  /** Once more, as long as the platform says that a part of it is not back yet. */
  async #whenReady<T>(act: () => Promise<T>): Promise<T> {
    for (const untilMs = performance.now() + 20_000; ; ) {
      try {
        return await act()
      } catch (error) {
        const away = error instanceof ApiRefused && error.problem.code === 'PLATFORM_NOT_READY'
        if (!away || performance.now() > untilMs) throw error
        await new Promise((resolve) => setTimeout(resolve, 250))
      }
    }
  }

  async #ledgerAgrees({ status }: PaymentResource): Promise<number> {
    const lines = await gatewayOf(this.#parts.platform).ledger()
    const approved = lines.filter(
      ({ kind, outcome }) => kind === 'authorisation' && outcome === 'approved',
    ).length
    const due = status === 'captured' ? 1 : 0
    if (approved !== due)
      this.#complaints.push(`the ledger has ${approved} authorisations, the payment is ${status}`)
    if (status !== 'captured') this.#complaints.push(`the payment ended as ${status}`)
    return approved
  }

  /** What an open desk shows, and what one that is opened now shows, is what the API says. */
  async #deskAgrees({ id, status }: PaymentResource): Promise<void> {
    const { api, watch } = this.#parts
    const fresh = new DeskWatch(api)
    try {
      await watch.untilPayment(
        id,
        `the open desk to say ${status}`,
        (payment) => payment.status === status,
        10_000,
      )
      await fresh.untilPayment(
        id,
        `a fresh desk to say ${status}`,
        (payment) => payment.status === status,
        10_000,
      )
    } catch (error) {
      this.#complaints.push(error instanceof Error ? error.message : 'the desk does not agree')
    } finally {
      await fresh.close()
    }
  }
}
