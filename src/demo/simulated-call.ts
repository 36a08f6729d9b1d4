import path from 'node:path'
import type { KeyedField } from '../contracts/card.ts'
import type { CallResource, PaymentResource } from '../contracts/desk-port.ts'
import type { KeyPress } from '../dtmf/attacker.ts'
import { connectHandset, type Handset } from '../simulator/handset.ts'
import { HandsetKey, type KeyReport } from '../simulator/handset-protocol.ts'
import { loadMediaLibrary } from '../simulator/media-library.ts'
import { packageDir } from '../supervisor/platform.ts'
import type { ThrowawayPlatform } from '../supervisor/throwaway-platform.ts'
import type { ApiClient } from './api-client.ts'
import type { DemoCard } from './demo-cards.ts'
import type { DeskWatch } from './desk-watch.ts'

const octetsPerMs = 8
/** Longest way of a tone from the caller's phone to the agent's ear, in ms; the caller is silent for so long after it. */
const longestWayMs = 400

export type SimulatedCallOptions = {
  readonly platform: ThrowawayPlatform
  readonly api: ApiClient
  readonly watch: DeskWatch
  /** The caller's number: tells calls apart. */
  readonly from: string
  readonly report?: KeyReport
  readonly toneMs?: number
  readonly gapMs?: number
  /** Whether both people talk between the fields. */
  readonly talks?: boolean
}

type Press = { readonly key: string; readonly endOctet: number }

/** One call in the sandbox: a caller's phone that speaks and keys, and a copy of all that the agent hears. */
export class SimulatedCall {
  readonly caller: Handset
  readonly agent: Handset
  readonly call: CallResource
  readonly #options: SimulatedCallOptions
  readonly #presses: Press[] = []

  private constructor(
    options: SimulatedCallOptions,
    parts: { caller: Handset; agent: Handset; call: CallResource },
  ) {
    this.#options = options
    this.caller = parts.caller
    this.agent = parts.agent
    this.call = parts.call
  }

  /** Dials, and waits until both ends talk. */
  static async dial(options: SimulatedCallOptions): Promise<SimulatedCall> {
    const { platform, watch, from } = options
    const url = platform.addresses.simulator
    const caller = await connectHandset({ url, role: { kind: 'caller', from } })
    const isOurs = (call: CallResource) =>
      call.from === from && call.status === 'live' && call.agent === 'joined'
    const call = await watch.until('a live call', () => [...watch.calls.values()].find(isOurs))
    await caller.reached('start')
    const agent = await connectHandset({
      url,
      role: { kind: 'agent', identity: 'agent', parameters: { callId: call.id } },
    })
    await agent.reached('start')
    return new SimulatedCall(options, { caller, agent, call })
  }

  /** Asks for a payment on this call and arms it. */
  async startPayment(body: Readonly<Record<string, unknown>>): Promise<PaymentResource> {
    const { api } = this.#options
    const payment = await api.createPayment({ callId: this.call.id, ...body })
    return api.act(payment.id, 'arm')
  }

  /** Waits until the field is asked for behind a confirmed mask, and keys it. */
  async keyField(paymentId: string, field: KeyedField, keys: string): Promise<void> {
    await this.#options.watch.untilPayment(paymentId, `${field} asked for`, ({ collection }) => {
      const view = collection?.fields.find((one) => one.field === field)
      return collection?.secured === true && view?.state === 'asked'
    })
    await this.key(keys)
  }

  async keyCard(paymentId: string, card: DemoCard): Promise<void> {
    for (const [field, keys] of [
      ['pan', card.pan],
      ['expiry', card.expiry],
      ['csc', card.csc],
    ] as const) {
      await this.keyField(paymentId, field, keys)
      if (this.#options.talks) await this.#chat()
    }
  }

  /** Presses keys one after the other, whatever is asked for. */
  async key(keys: string): Promise<void> {
    const { toneMs = 80, gapMs = 70, report = 'both' } = this.#options
    for (const key of keys) {
      await this.caller.press(HandsetKey.parse(key), { toneMs, gapMs, report })
      this.#presses.push({ key, endOctet: this.caller.sent.length })
    }
  }

  /** The payment at rest: an outcome, or none to come. */
  settled(paymentId: string, timeoutMs = 30_000): Promise<PaymentResource> {
    const resting = new Set(['captured', 'authorised', 'declined', 'cancelled', 'expired'])
    return this.#options.watch.untilPayment(
      paymentId,
      'an outcome',
      ({ status }) => resting.has(status),
      timeoutMs,
    )
  }

  async hangUp(): Promise<void> {
    await this.caller.hangUp()
    this.agent.close()
  }

  get digitsKeyed(): number {
    return this.#presses.length
  }

  /** Each press as it lies in what the caller's phone sent. */
  pressesSent(): KeyPress[] {
    const { toneMs = 80 } = this.#options
    return this.#presses.map(({ key, endOctet }) => ({
      key,
      fromSample: Math.max(0, endOctet - toneMs * octetsPerMs - 320),
      toSample: endOctet + 160,
    }))
  }

  /** The same presses where they would be heard at the agent's end, if they were: from the sound's start to its last echo. */
  pressesAtAgent(): KeyPress[] {
    const { toneMs = 80 } = this.#options
    const { frames } = this.agent.heard
    return this.#presses.flatMap(({ key, endOctet }) => {
      const endMs = this.caller.sent.frames[Math.floor((endOctet - 1) / 160)]?.clockMs ?? 0
      const during = frames.filter(
        ({ clockMs }) => clockMs > endMs - toneMs - 40 && clockMs < endMs + longestWayMs,
      )
      const [first, last] = [during[0], during.at(-1)]
      return first && last ? [{ key, fromSample: first.atOctet, toSample: last.atOctet + last.octets }] : []
    })
  }

  /** Says the beginning of a canned speech, and is then silent. */
  async say(speech: string, ms: number): Promise<void> {
    const library = await loadMediaLibrary(path.join(packageDir, 'media', 'speech'))
    await this.caller.speak(library.get(speech)?.subarray(0, ms * octetsPerMs) ?? new Uint8Array())
  }

  /** A second of talk, with room before it for the last tone to have passed. */
  async #chat(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, longestWayMs + 50))
    await this.say('caller-small-talk', 1_000)
  }
}
