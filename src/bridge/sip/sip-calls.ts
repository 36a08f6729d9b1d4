import { networkInterfaces } from 'node:os'
import type { Clock, Timer } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import type { BridgeEvent, LegEnd } from '../../contracts/bridge-port.ts'
import type { BridgeSip } from '../../contracts/process-config/bridge-config.ts'
import type { CallBook } from '../call-book.ts'
import { LegTable } from '../leg-numbers.ts'
import type { Rounds } from '../round-clock.ts'
import type { DialogName } from './edge-client.ts'
import { type PortPair, PortPairs } from './media-ports.ts'
import { openMediaSockets } from './media-socket/open-media-sockets.ts'
import type { Side } from './party-rule.ts'
import { PortMap, type StoredCall } from './port-map.ts'
import { SipCall, type SipCallOptions, sides } from './sip-call.ts'

const reportEveryMs = 5_000
/** An offer that nobody answers in this time has failed without a word, in ms. */
const unansweredMs = 5 * 60_000
/** Ports rest for so long after a call, so that its last packets do not reach the next one, in ms. */
const restMs = 2_000

export type SipCallsOptions = {
  readonly config: BridgeSip
  readonly book: CallBook
  readonly clock: Clock
  readonly log: Log
  readonly emit: (event: BridgeEvent) => void
  /** Told when packets are taken in, many at once. */
  readonly rounds?: Rounds
  /** Ends the signalling of a call that was not ended by it; the dialog when both its tags are known. */
  readonly hangUp: (ngCallId: string, dialog: DialogName | undefined) => void
}

export type NewSipCall = Pick<SipCallOptions, 'ngCallId' | 'direction' | 'metadata'> & {
  readonly offererLabel: string | undefined
}

/** The calls over SIP that this bridge anchors, by the Call-ID that the NG protocol names them with. */
export class SipCalls {
  readonly #options: SipCallsOptions
  readonly #pairs: PortPairs
  readonly #table = new LegTable()
  readonly #map: PortMap
  readonly #calls = new Map<string, SipCall>()
  readonly #deletions = new Map<string, Timer>()
  readonly #resting = new Set<SipCall>()
  /** Their signalling is over already. */
  readonly #hungUp = new WeakSet<SipCall>()
  #timer: Timer
  /** Since the process began. */
  managed = 0

  constructor(options: SipCallsOptions) {
    this.#options = options
    const { config, log, clock } = options
    const { host, portMin, portMax } = config.media
    this.#pairs = new PortPairs({
      host,
      portMin,
      portMax,
      log,
      sockets: openMediaSockets(
        config.media.sockets,
        options.rounds && { table: this.#table, rounds: options.rounds },
      ),
    })
    this.#map = new PortMap(config.portsDir, log)
    this.#timer = clock.after(reportEveryMs, () => this.#look())
  }

  /** What the session descriptions say instead of the parties' addresses. */
  get address(): string {
    const { advertised, host } = this.#options.config.media
    if (advertised !== null) return advertised
    return host === '0.0.0.0' ? (firstAddress() ?? '127.0.0.1') : host
  }

  get size(): number {
    return this.#calls.size
  }

  get(ngCallId: string): SipCall | undefined {
    return this.#calls.get(ngCallId)
  }

  all(): SipCall[] {
    return [...this.#calls.values()]
  }

  /** Rejects with NoMediaPort or BridgeFull. */
  async open({ offererLabel, ...named }: NewSipCall): Promise<SipCall> {
    const { clock, log, emit } = this.#options
    const ports = await this.#takePorts()
    try {
      const nowMs = clock.now()
      const call = this.#add({ ...named, callId: newId('call', nowMs), createdAt: nowMs, ports })
      if (offererLabel !== undefined) call.labels.offerer = offererLabel
      log.info({ callId: call.callId, port: ports.offerer.rtp.port }, 'call began over SIP')
      emit({ type: 'sip-call', callId: call.callId, sip: call.facts() })
      return call
    } catch (error) {
      for (const side of sides) this.#pairs.give(ports[side])
      throw error
    }
  }

  /** Takes up the calls that the last life of this process carried. All come back masked. */
  async recover(): Promise<number> {
    const take = async (stored: StoredCall) => {
      const restored = await this.#restore(stored).catch((error: unknown) => {
        this.#options.log.error({ callId: stored.callId, error }, 'a call could not be taken up again')
        return false
      })
      if (!restored) this.#map.forget(stored.callId)
    }
    // All at once: every one of them is silent until its ports are bound.
    await Promise.all(this.#map.load().map(take))
    return this.#calls.size
  }

  save(call: SipCall): void {
    if (this.#calls.get(call.options.ngCallId) !== call) return
    try {
      this.#map.save(call.store())
    } catch (error) {
      this.#options.log.error({ callId: call.callId, error }, 'a call’s ports could not be stored')
    }
  }

  /** Adds what a later message told of the call, and tells control when that is news. */
  learn(call: SipCall, metadata: Readonly<Record<string, string>>): void {
    if (call.learn(metadata)) this.#options.emit({ type: 'sip-call', callId: call.callId, sip: call.facts() })
  }

  /** The signalling says that the call is over. With a delay it may be taken up again until then. */
  delete(call: SipCall, hungUp: Side, delayS: number): void {
    const { ngCallId } = call.options
    this.keep(ngCallId)
    if (delayS === 0) this.#end(call, 'provider-stopped', hungUp)
    else {
      const end = () => this.#end(call, 'provider-stopped', hungUp)
      this.#deletions.set(ngCallId, this.#options.clock.after(delayS * 1_000, end))
    }
  }

  /** The call is wanted after all. */
  keep(ngCallId: string): void {
    this.#deletions.get(ngCallId)?.cancel()
    this.#deletions.delete(ngCallId)
  }

  /** The process stops: the files stay, so that its next life goes on where this one was. */
  close(): void {
    this.#timer.cancel()
    for (const timer of this.#deletions.values()) timer.cancel()
    for (const call of [...this.#calls.values(), ...this.#resting]) this.#givePorts(call)
    this.#calls.clear()
  }

  #add(
    named: Pick<SipCallOptions, 'callId' | 'ngCallId' | 'createdAt' | 'direction' | 'metadata' | 'ports'>,
  ): SipCall {
    const { clock, log, config, book } = this.#options
    const { callerInterface, callerOtherwise, source, srtp } = config
    const call: SipCall = new SipCall({
      ...named,
      clock,
      log,
      rule: { callerInterface, callerOtherwise, source, srtp },
      onChange: () => this.save(call),
      table: this.#table,
    })
    call.bridge = book.openSip({
      callId: call.callId,
      facts: () => call.facts(),
      released: () => this.#released(call),
    })
    this.#calls.set(named.ngCallId, call)
    this.managed++
    return call
  }

  async #takePorts(): Promise<Record<Side, PortPair>> {
    const offerer = await this.#pairs.take()
    try {
      return { offerer, answerer: await this.#pairs.take() }
    } catch (error) {
      this.#pairs.give(offerer)
      throw error
    }
  }

  async #restore(stored: StoredCall): Promise<boolean> {
    const [offerer, answerer] = await Promise.all(
      sides.map((side) => this.#pairs.takeAt(stored.sides[side].port)),
    )
    if (!offerer || !answerer) {
      for (const pair of [offerer, answerer]) if (pair) this.#pairs.give(pair)
      return false
    }
    const { callId, ngCallId, createdAt, direction, metadata } = stored
    const call = this.#add({ callId, ngCallId, createdAt, direction, metadata, ports: { offerer, answerer } })
    // Nobody knows any more whether a card was being keyed.
    call.bridge.armRestless()
    call.restore(stored)
    this.#options.log.info({ callId }, 'call taken up again, masked')
    return true
  }

  #end(call: SipCall, why: LegEnd, first: Side): void {
    const { emit, book } = this.#options
    if (why === 'provider-stopped') this.#hungUp.add(call)
    if (!call.answered) emit({ type: 'sip-ended', callId: call.callId, role: call.roleOf(first) })
    call.end(why, first)
    book.release(call.callId)
  }

  /** From the book, whoever ended the call. */
  #released(call: SipCall): void {
    const { ngCallId } = call.options
    if (this.#calls.get(ngCallId) !== call) return
    this.#calls.delete(ngCallId)
    this.keep(ngCallId)
    this.#map.forget(call.callId)
    call.end('call-released')
    if (!this.#hungUp.has(call)) this.#options.hangUp(ngCallId, call.dialog)
    call.closed()
    this.#resting.add(call)
    this.#options.clock.after(restMs, () => this.#givePorts(call))
  }

  #givePorts(call: SipCall): void {
    this.#resting.delete(call)
    for (const side of sides) {
      this.#pairs.give(call.legs[side].ports)
      this.#table.give(call.legs[side].numbers)
    }
  }

  #look(): void {
    const { clock, log, config } = this.#options
    const nowMs = clock.monotonicMs()
    for (const call of this.#calls.values()) {
      const lastMs = Math.max(...sides.map((side) => call.legs[side].lastHeardMs))
      if (nowMs - lastMs > (call.answered ? config.silentMs : unansweredMs)) {
        log.warn({ callId: call.callId, durationMs: nowMs - lastMs }, 'call given up: nothing is heard of it')
        this.#end(call, 'stream-lost', 'offerer')
      } else for (const side of sides) call.legs[side].report()
    }
    this.#timer = clock.after(reportEveryMs, () => this.#look())
  }
}

function firstAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address
}
