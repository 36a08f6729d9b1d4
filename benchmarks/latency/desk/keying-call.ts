import type { ApiClient } from '../../../src/demo/api-client.ts'
import type { DemoCard } from '../../../src/demo/demo-cards.ts'
import type { DeskWatch } from '../../../src/demo/desk-watch.ts'
import { connectHandset, type Handset } from '../../../src/simulator/handset.ts'
import { HandsetKey } from '../../../src/simulator/handset-protocol.ts'
import { sharedClockMs } from '../machine.ts'
import type { Keying, PaymentReport, PressReport } from './people-port.ts'

const frameMs = 20
/** Everything that is waited for on a call comes within this, in ms, or does not come. */
const withinMs = 30_000
const resting = new Set(['captured', 'authorised', 'declined', 'cancelled', 'expired'])

export type KeyingCallOptions = Keying & {
  readonly simulatorUrl: string
  readonly api: ApiClient
  readonly watch: DeskWatch
  readonly from: string
  readonly speech: Buffer
}

/**
 * A caller who pays, and remembers when each key went down and came up. Nobody listens at the agent's end: the robot
 * there talks, and a second phone for each call would only cost the machine what is to be measured.
 */
export class KeyingCall {
  readonly #options: KeyingCallOptions
  readonly #caller: Handset
  readonly #callId: string
  readonly presses: PressReport[] = []

  private constructor(options: KeyingCallOptions, caller: Handset, callId: string) {
    this.#options = options
    this.#caller = caller
    this.#callId = callId
  }

  static async dial(options: KeyingCallOptions): Promise<KeyingCall> {
    const { simulatorUrl, watch, from, speech } = options
    const caller = await connectHandset({ url: simulatorUrl, role: { kind: 'caller', from } })
    const call = await watch.until(
      'a live call',
      () =>
        [...watch.calls.values()].find(
          (one) => one.from === from && one.status === 'live' && one.agent === 'joined',
        ),
      withinMs,
    )
    await caller.reached('start')
    caller.speak(speech, { loop: true }).catch(() => {})
    return new KeyingCall(options, caller, call.id)
  }

  /** Takes one payment from the click to the outcome. Never throws: what went wrong is in the report. */
  async pay(card: DemoCard, reference: string): Promise<PaymentReport> {
    const { api, watch } = this.#options
    let paymentId = '(none)'
    try {
      const body = { callId: this.#callId, amountMinor: 4_250, currency: 'GBP', reference }
      paymentId = (await api.createPayment(body)).id
      await api.act(paymentId, 'arm')
      for (const field of ['pan', 'expiry', 'csc'] as const) await this.#key(paymentId, field, card[field])
      const isResting = ({ status }: { status: string }) => resting.has(status)
      const { status, collection } = await watch.untilPayment(paymentId, 'an outcome', isResting, withinMs)
      return { paymentId, status, because: status === 'captured' ? null : (collection?.why ?? status) }
    } catch (error) {
      const because = error instanceof Error ? error.message : 'unknown'
      const payment = watch.payments.get(paymentId)
      const fields = payment?.collection?.fields.map(
        ({ field, state, length, fault }) => `${field} ${state} ${length}${fault ? ` ${fault}` : ''}`,
      )
      return {
        paymentId,
        status: payment?.status ?? 'none',
        because: [because, payment?.collection?.why, ...(fields ?? [])].filter(Boolean).join(', '),
      }
    }
  }

  async hangUp(): Promise<void> {
    await this.#caller.hangUp()
  }

  async #key(paymentId: string, field: 'pan' | 'expiry' | 'csc', keys: string): Promise<void> {
    const { watch, toneMs, gapMs, report } = this.#options
    const asked = await watch.untilPayment(
      paymentId,
      `${field} asked for`,
      ({ status, collection }) =>
        resting.has(status) ||
        collection?.state === 'ended' ||
        (collection?.secured === true &&
          collection.fields.some((one) => one.field === field && one.state === 'asked')),
      withinMs,
    )
    if (resting.has(asked.status) || asked.collection?.state === 'ended')
      throw new Error(`the collection ended before the ${field}`)
    for (const [i, key] of [...keys].entries()) {
      await this.#caller.press(HandsetKey.parse(key), { toneMs, gapMs, report })
      this.presses.push({ paymentId, field, nth: i + 1, ...this.#times(toneMs) })
    }
  }

  /** A tone fills whole frames when its length and the pauses are multiples of 20 ms, and is a frame off otherwise. */
  #times(toneMs: number): { downMs: number; upMs: number } {
    const { frames } = this.#caller.sent
    const toShared = sharedClockMs() - performance.now()
    const last = frames.length - 1
    const first = Math.max(0, last + 1 - Math.ceil(toneMs / frameMs))
    return {
      downMs: (frames[first]?.clockMs ?? Number.NaN) + toShared,
      upMs: (frames[last]?.clockMs ?? Number.NaN) + toShared,
    }
  }
}
