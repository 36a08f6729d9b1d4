import { randomBytes } from 'node:crypto'
import type { Clock, Timer } from '../../base/clock.ts'
import { exhaustive } from '../../base/exhaustive.ts'
import type { Log } from '../../base/log.ts'
import { RequestRefused } from '../../base/rpc/rpc-client.ts'
import { mostKeys, type PlayEnd } from '../../contracts/bridge-port.ts'
import type { PromptRef } from '../../contracts/prompts.ts'
import type { Dialogue, DialogueEffect, DialogueEvent, Turn } from '../../ivr/dialogue.ts'
import { step } from '../../ivr/machine.ts'
import type { BridgeClient } from '../clients/bridge-client.ts'
import { within } from '../clients/deadline.ts'
import type { CallerBills } from './caller-bills.ts'
import type { CallerPayment } from './caller-payment.ts'

const bridgeMs = 5_000
/** The digits' way to a card is just being closed: keys can be taken a moment later, in ms. */
const againMs = 100
const mostTries = 10
/** What cannot be played is passed over after so long, in ms: the dialogue goes on, and comes to its end. */
const unplayableMs = 500

export type ConversationOptions = {
  readonly callId: string
  readonly merchantId: string
  /** The number that calls. */
  readonly from: string
  readonly first: Turn
  readonly clock: Clock
  readonly log: Log
  readonly bridge: BridgeClient
  readonly bills: CallerBills
  readonly payment: CallerPayment
  /** Rings an agent; `agent-joined` or `agent-missed` follows. */
  readonly callAgent: (to: string) => Promise<void>
  readonly sendLink: (
    payment: CallerPayment,
    effect: Extract<DialogueEffect, { do: 'send-link' }>,
  ) => Promise<void>
  readonly hangUp: () => void
  readonly onOver: () => void
}

/** Performs what one caller's dialogue decides, and turns what happens into its events. */
export class Conversation {
  readonly #options: ConversationOptions
  #dialogue: Dialogue
  #timer: Timer | undefined
  readonly #limit: Timer
  #playId = ''
  #onLine: Promise<void> = Promise.resolve()
  #over = false

  constructor(options: ConversationOptions) {
    this.#options = options
    const { first, clock } = options
    this.#dialogue = first.dialogue
    const limitMs = first.dialogue.flow.callMinutes * 60_000
    this.#limit = clock.after(limitMs, () => this.on({ type: 'too-long' }))
    this.#take(first)
  }

  get payment(): CallerPayment {
    return this.#options.payment
  }

  /** True while the bank has been asked, or is about to be. */
  get pays(): boolean {
    return this.#dialogue.mode.is === 'paying'
  }

  get collects(): boolean {
    const { mode, flow, step: name } = this.#dialogue
    return mode.is === 'collecting' || (mode.is === 'asking' && flow.steps[name]?.do === 'card')
  }

  on(event: DialogueEvent): void {
    if (this.#over) return
    const turn = step(this.#dialogue, event)
    // Says nothing to what is asked now, as what comes late does: the caller's silence is still waited for.
    if (turn.dialogue === this.#dialogue && turn.effects.length === 0) return
    if (event.type !== 'field-rejected' && event.type !== 'collected') this.#timer?.cancel()
    this.#take(turn)
  }

  /** Only the end of what was played last counts; what was replaced or stopped was our own doing. */
  played(playId: string, how: PlayEnd): void {
    if (playId !== this.#playId || how === 'replaced' || how === 'stopped') return
    this.on({ type: 'played' })
  }

  #take({ dialogue, effects }: Turn): void {
    const before = this.#dialogue.step
    this.#dialogue = dialogue
    const { log, callId } = this.#options
    if (dialogue.step !== before) log.info({ callId, state: dialogue.step }, 'conversation moved on')
    for (const effect of effects) this.#perform(effect)
    if (dialogue.mode.is === 'over') this.#finish()
  }

  #finish(): void {
    if (this.#over) return
    this.#over = true
    this.#timer?.cancel()
    this.#limit.cancel()
    this.#options.onOver()
  }

  #perform(effect: DialogueEffect): void {
    const { payment, callAgent, sendLink, hangUp, callId, merchantId, from, bills } = this.#options
    switch (effect.do) {
      case 'play':
        this.#play(effect.audio, effect.bargeIn)
        break
      case 'take-keys':
        this.#bridge(() => this.#takeKeys(effect.keys))
        break
      case 'drop-keys':
        this.#bridge(() => this.#options.bridge.call('drop-keys', { callId }), true)
        break
      case 'hush':
        this.#bridge(() => this.#options.bridge.call('stop-playing', { callId }), true)
        break
      case 'wait':
        this.#timer?.cancel()
        this.#timer = this.#options.clock.after(effect.ms, () => this.on({ type: 'time-out' }))
        break
      case 'stop-waiting':
        this.#timer?.cancel()
        break
      case 'look-up': {
        const { locale } = this.#dialogue
        const { lookup, reference } = effect
        const question = { lookup, reference, merchantId, callId, from, locale }
        this.#work(async () => this.on({ type: 'looked-up', bill: await bills.find(question) }))
        break
      }
      case 'find-card':
        this.#work(
          async () => this.on({ type: 'kept-card', card: await payment.keptCard(effect.customer) }),
          { type: 'kept-card', card: null },
        )
        break
      case 'use-card':
        this.#work(() => payment.useCard(effect, this.#dialogue.locale), {
          type: 'card-ended',
          why: 'refused',
        })
        break
      case 'collect':
        this.#work(() => payment.collect(effect.order, this.#dialogue.locale), {
          type: 'card-ended',
          why: 'refused',
        })
        break
      case 'pay':
        this.#work(() => payment.confirm(), { type: 'card-ended', why: 'refused' })
        break
      case 'give-up':
        this.#work(() => payment.giveUp())
        break
      case 'new-payment':
        payment.forget()
        break
      case 'receipt':
        this.#order(() => payment.receipt(from, effect.locale))
        break
      case 'send-link':
        this.#order(() => sendLink(payment, effect))
        break
      case 'transfer':
        this.#work(
          async () => {
            if (effect.card === 'discard') await payment.dropCard()
            await callAgent(effect.to)
          },
          { type: 'agent-missed' },
        )
        break
      case 'hang-up':
        hangUp()
        break
      default:
        exhaustive(effect)
        break
    }
  }

  #play(audio: readonly PromptRef[], bargeIn: boolean): void {
    const { bridge, callId, clock, log } = this.#options
    const playId = randomBytes(8).toString('hex')
    this.#playId = playId
    this.#bridge(async () => {
      try {
        await within(clock, bridgeMs, bridge.call('play', { callId, playId, audio: [...audio], bargeIn }))
      } catch (error) {
        log.warn({ callId, error }, 'a prompt could not be played')
        clock.after(unplayableMs, () => this.played(playId, 'finished'))
      }
    })
  }

  async #takeKeys(keys: string): Promise<void> {
    const { bridge, callId, clock } = this.#options
    for (let left = mostTries; ; left--) {
      try {
        await within(clock, bridgeMs, bridge.call('take-keys', { callId, keys, most: mostKeys }))
        return
      } catch (error) {
        const isRouted = error instanceof RequestRefused && error.code === 'DIGITS_ROUTED'
        if (!isRouted || left <= 1) throw error
        await new Promise<void>((resolve) => clock.after(againMs, resolve))
      }
    }
  }

  /** What is said to the bridge is said in order; what ends something, even when the conversation is over by then. */
  #bridge(say: () => Promise<unknown>, ends = false): void {
    const { log, callId } = this.#options
    this.#onLine = this.#onLine.then(async () => {
      if (this.#over && !ends) return
      try {
        await say()
      } catch (error) {
        log.warn({ callId, error }, 'the bridge did not do what a conversation needs')
      }
    })
  }

  #work(work: () => Promise<unknown>, failed?: DialogueEvent): void {
    const { log, callId } = this.#options
    work().catch((error: unknown) => {
      log.warn({ callId, error }, 'a conversation’s order was refused')
      if (failed) this.on(failed)
    })
  }

  #order(work: () => Promise<void>): void {
    this.#work(
      async () => {
        await work()
        this.on({ type: 'done', ok: true })
      },
      { type: 'done', ok: false },
    )
  }
}
