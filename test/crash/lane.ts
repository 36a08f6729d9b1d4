import { createHmac, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { systemClock } from '../../src/base/clock.ts'
import { Secret } from '../../src/base/secret.ts'
import type { PaymentResource } from '../../src/contracts/desk-port.ts'
import { verifyAudit } from '../../src/control/store/audit-log.ts'
import { openStore } from '../../src/control/store/store.ts'
import { ApiRefused } from '../../src/demo/api-client.ts'
import { controlConfig } from '../control/http/control-neighbours.ts'
import { ControlProcess } from './control-process.ts'
import { amountFor, type Fault } from './faults.ts'
import { gatewayKey, linkToken, Peers } from './peers.ts'
import type { PeerMoment, Point } from './points.ts'

export type LaneOptions = {
  /** Null: an SQLite file of the lane's own. */
  readonly databaseUrl: string | null
  readonly broken: string | null
  readonly codeCache: string
}

export type Scene = { readonly run: number; readonly point: Point; readonly fault: Fault }

export type RunResult = Scene & {
  /** False: the payment's life did not come by the point, and control was killed at its end. */
  readonly reached: boolean
  readonly status: string
  readonly doubles: number
  readonly lost: number
  readonly leftUnknown: number
  readonly complaints: readonly string[]
}

const merchantId = 'mer_crash'
const apiKey = `tw_test_${'c'.repeat(32)}`
const number = '+441632960001'
const authToken = 'twilio token of the crash runs'
const publicUrl = 'https://pay.test'
const restMs = 90_000
const stepMs = 45_000
/** Longer than the relay waits after two failed deliveries, so that a merchant that was slow is no complaint. */
const toldMs = 150_000
const atRest = new Set(['created', 'declined', 'captured', 'cancelled', 'expired'])

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** One control on one store among peers of its own: runs follow one another on the same call, as in a day's work. */
export class Lane {
  readonly #options: LaneOptions
  readonly #folder: string
  readonly #originMs: number
  #peers!: Peers
  #control!: ControlProcess
  #callId = ''
  #killAt: PeerMoment | undefined

  private constructor(options: LaneOptions) {
    this.#options = options
    this.#folder = mkdtempSync(path.join(tmpdir(), 'tw-crash-'))
    this.#originMs = systemClock.now()
  }

  static async open(options: LaneOptions): Promise<Lane> {
    const lane = new Lane(options)
    lane.#peers = await Peers.start(lane.#folder, lane.#originMs)
    lane.#control = new ControlProcess({
      config: lane.#config(),
      originMs: lane.#originMs,
      broken: options.broken,
      codeCache: options.codeCache,
      apiKey,
    })
    await lane.#control.start()
    return lane
  }

  get lives(): number {
    return this.#control.lives
  }

  /** A payment's life, its crash, its recovery, and a second try where nothing was taken. */
  async play(scene: Scene): Promise<RunResult> {
    const { point, fault } = scene
    const reference = `run-${scene.run}`
    await this.#ready()
    this.#peers.plan(fault)
    const order = { body: this.#order(reference, fault), key: randomUUID() }
    const first = await this.#live(order, point)
    const reached = !this.#control.alive
    if (!reached) this.#control.kill()
    await this.#restart()
    const payment = await this.#find(reference, first, order)
    const complaints: string[] = []
    let rested = await this.#rest(payment.id)
    // Nothing was taken: the agent does what agents do.
    if (rested.status === 'created' || (rested.status === 'declined' && fault !== 'declined'))
      rested = await this.#tryAgain(rested)
    await this.#told(rested).catch((error: Error) => complaints.push(error.message))
    return { ...scene, reached, status: rested.status, ...this.#compare(reference, rested, complaints) }
  }

  /** The store as it is in the end: an unbroken audit chain, and nothing that still waits to be told. */
  async close(): Promise<string[]> {
    this.#control.kill()
    await this.#control.gone()
    const { databaseUrl } = this.#options
    const place = databaseUrl ? { url: new Secret(databaseUrl) } : { file: this.#databaseFile }
    const store = await openStore({ ...place, clock: systemClock })
    const fault = await verifyAudit(store.db, merchantId)
    await store.close()
    await this.#peers.stop()
    rmSync(this.#folder, { recursive: true, force: true })
    return fault ? [`the audit chain is broken: ${JSON.stringify(fault)}`] : []
  }

  /** From create to receipt, until it is over or control is dead. Answers the payment's id when the API did. */
  async #live(order: { body: object; key: string }, point: Point): Promise<string | undefined> {
    const { api } = this.#control
    let id: string | undefined
    try {
      this.#arm(point, 'create')
      ;({ id } = await api.createPayment(order.body as Record<string, unknown>, order.key))
      const paymentId = id
      await pause(20)
      this.#arm(point, 'arm')
      await this.#ask(paymentId, 'arm')
      this.#at('collecting')
      this.#arm(point, 'key')
      this.#peers.vault.keyCard()
      this.#at('keyed')
      await this.#until('it is over', async () => atRest.has((await api.payment(paymentId)).status))
      // The receipt and its delivery follow the outcome.
      for (let ms = 0; ms < 1_000 && this.#control.alive; ms += 20) await pause(20)
    } catch (error) {
      // A request that control died over has no answer; anything else is no crash and no business of this run.
      if (error instanceof ApiRefused && error.problem.status < 500) throw error
      await Promise.race([this.#control.gone(), pause(2_000)])
      if (this.#control.alive) throw error
    }
    return id
  }

  /** Until the caller is asked for the card. A machine that is too busy to mask in time is asked again, as agents do. */
  async #ask(id: string, verb: 'arm' | 'another-card'): Promise<void> {
    const { api } = this.#control
    for (let asked = false; !asked; ) {
      await api.act(id, verb)
      await this.#until('the caller is asked', async () => {
        const { collection } = await api.payment(id)
        // Asked by a collection of now, not by the last one that has not quite ended.
        asked = collection?.fields[0]?.state === 'asked' && this.#peers.vault.held.size === 1
        return asked || collection?.state === 'ended'
      })
    }
  }

  #arm(point: Point, step: Point['from']): void {
    if (point.from !== step) return
    if ('after' in point) {
      this.#control.killAfter(point.after)
      return
    }
    this.#killAt = point.when
    this.#peers.onMoment = (moment) => this.#at(moment)
  }

  #at(moment: PeerMoment): void {
    if (this.#killAt !== moment) return
    this.#killAt = undefined
    this.#control.kill()
  }

  async #restart(): Promise<void> {
    this.#killAt = undefined
    await this.#control.gone()
    // As the supervisor does: a start that fails is tried again.
    for (let tries = 1; ; tries++) {
      try {
        await this.#control.start()
        break
      } catch (error) {
        if (tries === 5) throw error
        this.#control.kill()
        await this.#control.gone()
      }
    }
    await this.#ready()
  }

  /** The payment that the client holds an answer for, or the one that it finds when it asks again with the same key. */
  async #find(
    reference: string,
    known: string | undefined,
    order: { body: object; key: string },
  ): Promise<PaymentResource> {
    const { api } = this.#control
    // Acknowledged is acknowledged: a 404 here is a lost payment.
    if (known !== undefined) return api.payment(known)
    const found = await this.#byReference(reference)
    if (found) return found
    return api.createPayment(order.body as Record<string, unknown>, order.key).catch((error) => {
      if (!(error instanceof ApiRefused) || error.problem.code !== 'IDEMPOTENCY_OUTCOME_UNKNOWN') throw error
      // As docs/errors.md says: look, and there is none, so a new key.
      return api.createPayment(order.body as Record<string, unknown>)
    })
  }

  async #byReference(reference: string): Promise<PaymentResource | undefined> {
    const url = `${this.#control.baseUrl}/v1/payments?callId=${this.#callId}&limit=20`
    const response = await fetch(url, { headers: { authorization: `Bearer ${apiKey}` } })
    const { data } = (await response.json()) as { data: PaymentResource[] }
    const found = data.filter((payment) => payment.reference === reference)
    if (found.length > 1) throw new Error(`${found.length} payments of one order`)
    return found[0]
  }

  async #rest(id: string): Promise<PaymentResource> {
    let last = await this.#control.api.payment(id)
    for (const untilMs = performance.now() + restMs; performance.now() < untilMs; await pause(25)) {
      last = await this.#control.api.payment(id)
      if (atRest.has(last.status)) return last
    }
    return last
  }

  async #tryAgain({ id, status }: PaymentResource): Promise<PaymentResource> {
    const { api } = this.#control
    await this.#until('the vault is empty', async () => this.#peers.vault.held.size === 0)
    await this.#ask(id, status === 'declined' ? 'another-card' : 'arm')
    this.#peers.vault.keyCard()
    await this.#until('the second card is being used', async () => {
      const now = await api.payment(id)
      return now.status !== 'collecting' && now.status !== 'ready'
    })
    return this.#rest(id)
  }

  /** The merchant has heard of the payment as it is now. */
  async #told({ id, status }: PaymentResource): Promise<void> {
    const type = `payment.${status}`
    const { merchant } = this.#peers
    const heard = async () => status === 'created' || merchant.types(id).includes(type)
    await this.#until(`the merchant has heard of ${type}`, heard, toldMs)
    if (merchant.unverified > 0) throw new Error('a webhook without a valid signature')
  }

  #compare(reference: string, { status }: PaymentResource, complaints: string[]) {
    const lines = this.#peers.ledger(reference)
    const approved = lines.filter(
      (line) => line.kind === 'authorisation' && line.outcome === 'approved',
    ).length
    const keys = this.#peers.sent
    if (status === 'captured' && approved === 0) complaints.push('captured, and the ledger has nothing of it')
    const doubles = Math.max(0, approved - 1)
    const lost = approved > 0 && status !== 'captured' && status !== 'unknown' ? 1 : 0
    const leftUnknown = lines.length > 0 && (status === 'unknown' || status === 'authorising') ? 1 : 0
    if (!atRest.has(status)) complaints.push(`the payment did not come to rest: ${status}`)
    if (doubles + lost + leftUnknown > 0)
      complaints.push(
        `the ledger has ${approved} approvals, the payment is ${status}, ${keys.length} cards sent`,
      )
    return { doubles, lost, leftUnknown, complaints }
  }

  /** Control is useful, and the call is live. */
  async #ready(): Promise<void> {
    await this.#until('control is ready', async () => {
      return (await fetch(`${this.#control.baseUrl}/readyz`)).status === 200
    })
    await this.#until('the caller is let in', async () => {
      this.#callId ||= (await this.#ring()) ?? ''
      return this.#callId !== ''
    })
    await this.#until('the call is live', async () => {
      const [call] = (await this.#control.api.calls()).filter(({ id }) => id === this.#callId)
      return call?.status === 'live' && call.caller === 'joined' && call.agent === 'joined'
    })
  }

  /** A caller rings over Twilio's webhook, and the bridge sees both streams join. */
  async #ring(): Promise<string | undefined> {
    const url = '/v1/telephony/twilio/voice'
    const form = { CallSid: `CA${randomUUID()}`, From: '+441632960099', To: number }
    const text = Object.entries(form).reduce((all, [name, value]) => all + name + value, publicUrl + url)
    const response = await fetch(this.#control.baseUrl + url, {
      method: 'POST',
      headers: { 'x-twilio-signature': createHmac('sha1', authToken).update(text).digest('base64') },
      body: new URLSearchParams(form),
    })
    const id = /name="callId" value="(call_\w+)"/.exec(await response.text())?.[1]
    // The bridge is not quite there yet: the provider is asked to try again.
    if (id === undefined) return undefined
    const roles = ['caller', 'agent'] as const
    const { bridge } = this.#peers
    bridge.legs.set(
      id,
      roles.map((role) => ({ role, streamSid: `MZ${role}` })),
    )
    for (const role of roles)
      bridge.tell({ type: 'leg-joined', callId: id, role, streamSid: `MZ${role}`, masked: false })
    return id
  }

  async #until(what: string, condition: () => Promise<boolean>, limitMs = stepMs): Promise<void> {
    for (const untilMs = performance.now() + limitMs; !(await condition()); await pause(15)) {
      if (!this.#control.alive) throw new Error(`control died before ${what}`)
      if (performance.now() > untilMs) throw new Error(`waited in vain until ${what}`)
    }
  }

  get #databaseFile(): string {
    return path.join(this.#folder, 'data', 'tonewall.sqlite')
  }

  #order(reference: string, fault: Fault) {
    return { callId: this.#callId, amountMinor: amountFor(fault), currency: 'GBP', reference }
  }

  #config(): object {
    const base = controlConfig({ folder: this.#folder, port: 0 })
    const { gatewayOrigin, carrierOrigin, merchant } = this.#peers
    const [gateway] = base.gateways
    return {
      ...base,
      publicUrl,
      logLevel: 'silent',
      databaseFile: this.#databaseFile,
      databaseUrl: this.#options.databaseUrl,
      vault: { ...base.vault, token: linkToken },
      bridge: { ...base.bridge, token: linkToken },
      gateways: [
        {
          ...gateway,
          origin: gatewayOrigin,
          apiKey: gatewayKey,
          caFile: path.join(this.#folder, 'ca.pem'),
          timeoutMs: 20_000,
        },
      ],
      twilio: {
        ...base.twilio,
        authToken,
        apiOrigin: carrierOrigin,
        numbers: [{ number, merchantId, agentAddress: 'client:agent' }],
      },
      merchants: [
        {
          id: merchantId,
          name: 'Crash',
          gatewayId: 'sandbox',
          agents: [],
          apiKeys: [{ name: 'k', key: apiKey }],
          webhookEndpoints: [{ url: merchant.url, secret: merchant.secret }],
        },
      ],
    }
  }
}
