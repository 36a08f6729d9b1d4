import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { systemClock } from '../../src/base/clock.ts'
import { Secret } from '../../src/base/secret.ts'
import type { PaymentResource } from '../../src/contracts/desk-port.ts'
import type { OperationKind } from '../../src/contracts/operations.ts'
import { verifyAudit } from '../../src/control/store/audit-log.ts'
import { openStore } from '../../src/control/store/store.ts'
import { troubleOf } from '../../src/control/store/store-health.ts'
import { Attention, ControlDied } from './attention.ts'
import { Caller } from './caller.ts'
import { ControlProcess } from './control-process.ts'
import { amountFor, type Fault } from './faults.ts'
import { Killer } from './killer.ts'
import { apiKey, laneConfig, merchantId } from './lane-config.ts'
import { OperationRun } from './operation-run.ts'
import { InVain, Starved } from './patience.ts'
import { Peers } from './peers.ts'
import type { Point } from './points.ts'
import { isAtRest, type Judgement, judge, judgeOperation, type Scene } from './scene.ts'
import { type Order, Till } from './till.ts'

export type LaneOptions = {
  /** Null: an SQLite file of the lane's own. */
  readonly databaseUrl: string | null
  readonly broken: string | null
  readonly codeCache: string
}

export type RunResult = Scene &
  Judgement & {
    /** False: the payment's life did not come by the point, and control was killed at its end. */
    readonly reached: boolean
    readonly status: string
  }

/** Longer than the relay waits after two failed deliveries, so that a merchant that was slow is no complaint. */
const toldMs = 150_000
/** The receipt and its delivery follow the outcome, in ms. */
const afterwardsMs = 1_000

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** A database server that a busy machine keeps from answering is asked again; what it says in the end counts. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask()
    } catch (error) {
      if (tries === 20 || troubleOf(error) !== 'away') throw error
      await pause(1_000)
    }
  }
}

/** One control on one store among peers of its own: runs follow one another on the same call, as in a day's work. */
export class Lane {
  readonly #options: LaneOptions
  readonly #folder: string
  readonly #originMs: number
  #peers!: Peers
  #control!: ControlProcess
  #caller!: Caller
  #killer!: Killer

  private constructor(options: LaneOptions) {
    this.#options = options
    this.#folder = mkdtempSync(path.join(tmpdir(), 'tw-crash-'))
    this.#originMs = systemClock.now()
  }

  static async open(options: LaneOptions): Promise<Lane> {
    const lane = new Lane(options)
    const peers = await Peers.start(lane.#folder, lane.#originMs)
    lane.#peers = peers
    const { databaseUrl, broken, codeCache } = options
    lane.#control = new ControlProcess({
      config: laneConfig({ folder: lane.#folder, peers, databaseFile: lane.#databaseFile, databaseUrl }),
      ...{ originMs: lane.#originMs, broken, codeCache, apiKey },
    })
    lane.#caller = new Caller(lane.#control, peers)
    lane.#killer = new Killer(lane.#control, peers)
    await lane.#start()
    return lane
  }

  get lives(): number {
    return this.#control.lives
  }

  /** A payment's life, its crash, its recovery, and a second try where nothing was taken. */
  async play(scene: Scene): Promise<RunResult> {
    const reference = `run-${scene.run}-${randomUUID().slice(0, 8)}`
    const attention = new Attention(this.#control, () => this.#peers.activity)
    try {
      const { operation } = scene.point
      return operation === undefined
        ? await this.#play(scene, reference, attention)
        : await this.#playOperation(scene, { reference, attention, kind: operation })
    } catch (thrown) {
      const error = attention.meaningOf(thrown)
      // However busy the machine was: what the ledger has twice was taken twice.
      const approved = this.#peers.ledger(reference).filter(({ outcome }) => outcome === 'approved').length
      if (error instanceof Starved && approved > 1)
        throw new Error(`${approved} approvals of one payment; and then ${error.message}`)
      throw error
    } finally {
      attention.end()
    }
  }

  async #play(scene: Scene, reference: string, attention: Attention): Promise<RunResult> {
    const { point, fault } = scene
    const till = new Till({ control: this.#control, peers: this.#peers, attention })
    await this.#caller.ready(attention)
    this.#peers.plan(fault)
    const order = { body: this.#order(reference, fault), key: randomUUID() }
    const first = await this.#live({ order, point, till, attention })
    const reached = await this.#nextLife(attention)
    let payment = await till.rest((await till.find(first, order)).id)
    // Nothing was taken: the agent does what agents do.
    if (payment.status === 'created' || (payment.status === 'declined' && fault !== 'declined'))
      payment = await till.tryAgain(payment)
    const untold = await this.#told(payment, attention)
    const judged = judge(payment, this.#peers.ledger(reference), this.#peers.sent.length)
    const complaints = [...judged.complaints, ...untold]
    return { ...scene, ...judged, complaints, reached, status: payment.status }
  }

  async #playOperation(
    scene: Scene,
    run: { readonly reference: string; readonly attention: Attention; readonly kind: OperationKind },
  ): Promise<RunResult> {
    const { point, fault } = scene
    const { reference, attention, kind } = run
    const [control, peers, killer] = [this.#control, this.#peers, this.#killer]
    const till = new Till({ control, peers, attention })
    await this.#caller.ready(attention)
    peers.plan('none')
    const operation = new OperationRun({ control, peers, attention, killer, till, kind, reference })
    await operation.begin(this.#order(reference, 'none'))
    await this.#untilItDies(() => operation.live(point, fault))
    const reached = await this.#nextLife(attention)
    const payment = await operation.settle()
    const untold = await this.#told(payment, attention)
    const judged = judgeOperation(kind, payment, peers.ledger(reference))
    const complaints = [...judged.complaints, ...untold]
    return { ...scene, ...judged, complaints, reached, status: payment.status }
  }

  /** Control is dead or dies now, and is started again; answers whether the run's point had killed it. */
  async #nextLife(attention: Attention): Promise<boolean> {
    const reached = !this.#control.alive
    if (!reached) this.#control.kill()
    this.#killer.disarm()
    await this.#control.gone()
    await this.#start()
    await this.#caller.ready(attention)
    return reached
  }

  async #untilItDies(life: () => Promise<void>): Promise<void> {
    try {
      await life()
    } catch (error) {
      await Promise.race([this.#control.gone(), pause(500)])
      // Whatever a dying control answered is no business of this run; what a living one says is.
      if (!(error instanceof ControlDied) && this.#control.alive) throw error
    }
  }

  /** The store as it is in the end: an unbroken audit chain, and nothing that still waits to be told. */
  async close(): Promise<string[]> {
    this.#control.kill()
    await this.#control.gone()
    try {
      const { databaseUrl } = this.#options
      const place = databaseUrl ? { url: new Secret(databaseUrl) } : { file: this.#databaseFile }
      const fault = await patiently(async () => {
        const store = await openStore({ ...place, clock: systemClock })
        return verifyAudit(store.db, merchantId).finally(() => store.close())
      })
      return fault ? [`the audit chain is broken: ${JSON.stringify(fault)}`] : []
    } finally {
      await this.#peers.stop()
      rmSync(this.#folder, { recursive: true, force: true })
    }
  }

  /** From create to receipt, until it is over or control is dead. Answers the payment's id when the API did. */
  async #live(life: { order: Order; point: Point; till: Till; attention: Attention }) {
    const { order, point, till, attention } = life
    let id: string | undefined
    await this.#untilItDies(async () => {
      this.#killer.arm(point, 'create')
      ;({ id } = await till.create(order))
      const paymentId = id
      await pause(20)
      this.#killer.arm(point, 'arm')
      await till.ask(paymentId, 'arm')
      this.#killer.at('collecting')
      this.#killer.arm(point, 'key')
      this.#peers.vault.keyCard()
      this.#killer.at('keyed')
      const over = async () => isAtRest(await till.payment(paymentId))
      await attention.until({ what: 'it is over', condition: over })
      for (let ms = 0; ms < afterwardsMs && this.#control.alive; ms += 20) await pause(20)
    })
    return id
  }

  /** As the supervisor does: a start that fails is tried again. */
  async #start(): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#control.start()
      } catch (error) {
        this.#control.kill()
        await this.#control.gone()
        if (tries === 5) throw error
      }
    }
  }

  /** The merchant has heard of the payment as it is now; complaints when not. */
  async #told({ id, status }: PaymentResource, attention: Attention): Promise<string[]> {
    const type = status === 'partly-refunded' ? 'payment.refunded' : `payment.${status}`
    const { merchant } = this.#peers
    const condition = async () => {
      // Control has to answer too: a wait counts only while it gets to run.
      await this.#control.api.request('getPayment', { id })
      return status === 'created' || merchant.types(id).includes(type)
    }
    const complaints = merchant.unverified > 0 ? ['a webhook without a valid signature'] : []
    const what = `the merchant has heard of ${type}`
    return attention.until({ what, condition, limitMs: toldMs }).then(
      () => complaints,
      (error: unknown) => {
        if (!(error instanceof InVain)) throw error
        return [...complaints, error.message]
      },
    )
  }

  get #databaseFile(): string {
    return path.join(this.#folder, 'data', 'tonewall.sqlite')
  }

  #order(reference: string, fault: Fault): Order['body'] {
    return { callId: this.#caller.callId, amountMinor: amountFor(fault), currency: 'GBP', reference }
  }
}
