import { Secret } from '../../src/base/secret.ts'
import { openStore, type Store } from '../../src/control/store/store.ts'
import { MailServer } from '../control/receipts/mail-server.ts'
import { json, TextProvider } from '../control/receipts/text-provider.ts'
import { fastClock } from '../crash/fast-clock.ts'
import { randomFrom } from '../support/random-from.ts'
import { client, Offices } from './offices.ts'
import { OtherOffices } from './other-offices.ts'
import { FaultyReceiver, type ReceiverPlan } from './receivers.ts'
import type { RelayOrder } from './relay-child.ts'
import { RelayProcess } from './relay-process.ts'
import { judge, type Verdict } from './verdict.ts'
import { life, merchantId, writeMerchant, writePayments } from './written-events.ts'

export type KillRunOptions = {
  readonly place: { readonly file: string } | { readonly url: string }
  readonly kills: number
  /** In all; each payment has four. */
  readonly events: number
  readonly seed: number
  readonly tell: (line: string) => void
}

/** Four endpoints; beside them the two channels of receipts, and each of the five systems that adapters know: eleven targets. */
const plans: readonly ReceiverPlan[] = [
  { name: 'plain', dedupes: false, faults: { 'cut-before': 0.03 } },
  { name: 'busy', dedupes: false, faults: { busy: 0.05, error: 0.05 } },
  { name: 'forgetful', dedupes: true, faults: { 'cut-after': 0.1, error: 0.03 } },
  { name: 'slow', dedupes: true, faults: { slow: 0.5, 'cut-after': 0.03 } },
]

const times = 10
const lastTimes = 600
/** Without any delivery for so long, a run has failed, in ms. */
const patienceMs = 240_000
/** The books' access tokens are replaced again and again while relays are killed, in seconds of their clock. */
const tokenSeconds = 180
const tokenGraceMs = 30 * 60_000

/** Kills the relay at random moments while it works through events that keep coming, then lets one finish. */
export class KillRun {
  readonly #options: KillRunOptions
  readonly #random: () => number
  readonly #originMs = Date.now()
  readonly #mail = new MailServer()
  readonly #phone = new TextProvider()
  readonly #receivers: FaultyReceiver[]
  readonly #others: OtherOffices
  readonly #offices: Offices
  #store!: Store
  #killsWhileBusy = 0

  constructor(options: KillRunOptions) {
    this.#options = options
    this.#random = randomFrom(options.seed)
    this.#receivers = plans.map((plan) => new FaultyReceiver(plan, this.#random))
    const clock = fastClock(this.#originMs, times)
    this.#others = new OtherOffices({ clock, client, lifetimeSeconds: tokenSeconds })
    this.#offices = new Offices({
      ...{ clock, random: this.#random, others: this.#others },
      ...{ lifetimeSeconds: tokenSeconds, graceMs: tokenGraceMs },
    })
  }

  async run(): Promise<Verdict> {
    const { place, kills, events } = this.#options
    const clock = fastClock(this.#originMs, times)
    const at = 'file' in place ? place : { url: new Secret(place.url) }
    this.#store = await openStore({ ...at, clock, reserveBytes: 1 })
    try {
      await this.#open()
      const writing = { store: this.#store, clock, metadataOf: (n: number) => this.#recordsOf(n) }
      const urls = this.#receivers.map(({ url }) => url)
      await writeMerchant(writing, urls, this.#receivers[0]?.secret ?? '')
      await this.#offices.connect(this.#store, merchantId)
      const payments = events / life.length
      for (let kill = 0; kill < kills; kill++) {
        const wanted = Math.ceil(((kill + 1) * payments) / kills)
        await patiently(async () => {
          const written = await this.#payments()
          await writePayments(writing, wanted - written, written)
        })
        await this.#runAndKill({
          deliveries: 1 + Math.floor(this.#random() * 60),
          thenMs: this.#random() * 40,
        })
      }
      await this.#finish()
      return await judge({
        ...{ store: this.#store, receivers: this.#receivers, mail: this.#mail, phone: this.#phone },
        ...{ offices: this.#offices, others: this.#others, kills },
        killsWhileBusy: this.#killsWhileBusy,
      })
    } finally {
      await this.#store.close()
      for (const receiver of this.#receivers) await receiver.stop()
      await this.#mail.stop()
      await this.#phone.stop()
      await this.#offices.stop()
    }
  }

  /** All are of one contact; every other one pays an invoice: the books take sixty requests a minute, not more. */
  #recordsOf(n: number): Record<string, string> {
    const record = { crmRecord: `Contact:${this.#offices.contact}`, ...this.#others.recordsOf(n) }
    if (n % 2 > 0) return record
    const { InvoiceNumber } = this.#offices.books.addInvoice(`order-${n}`, (1_000 + n) / 100)
    return { ...record, invoice: InvoiceNumber }
  }

  /** The receivers of receipts have their troubles too: connections that break after the message was taken. */
  async #open(): Promise<void> {
    for (const receiver of this.#receivers) await receiver.start()
    await this.#mail.start()
    await this.#phone.start()
    await this.#offices.start()
    this.#mail.breaksAfterMessage = () => this.#random() < 0.05
    this.#phone.onMessage = (take, response) => {
      const drawn = this.#random()
      if (drawn < 0.03) return json(response, 429, {})
      const message = take()
      if (drawn < 0.1) response.socket?.destroy()
      else json(response, 201, { ...message, status: 'queued' })
    }
  }

  /** By what was delivered, not by time: on a busy machine every kill would hit the first deliveries of a relay. */
  async #runAndKill({ deliveries, thenMs }: { deliveries: number; thenMs: number }): Promise<void> {
    const child = await patiently(() => this.#startRelay(times))
    const before = this.#arrived()
    const deadline = performance.now() + 3_000
    while (this.#arrived() < before + deliveries && performance.now() < deadline) await pause(2)
    await pause(thenMs)
    const inFlight = await patiently(() => this.#count('leased'))
    if (inFlight > 0) this.#killsWhileBusy++
    await child.kill()
  }

  /** A relay that nobody kills ends it; on a machine that is busy with other things that takes as long as it takes. */
  async #finish(): Promise<void> {
    const untilDone = async (what: 'but-text' | 'all', speed: number) => {
      const child = await patiently(() => this.#startRelay(speed))
      let least = Number.POSITIVE_INFINITY
      let deadline = performance.now() + patienceMs
      for (;;) {
        const left = await patiently(() => this.#count(what))
        if (left < least) deadline = performance.now() + patienceMs
        least = Math.min(left, least)
        if (left === 0 || performance.now() > deadline) break
        if (what === 'but-text') await patiently(() => this.#hurry())
        await pause(1_000)
      }
      await child.kill()
    }
    await untilDone('but-text', times)
    // What is left waits for look-ups of text messages, half an hour apart.
    await untilDone('all', lastTimes)
  }

  /** What waits for its next try is due: hours between tries would only make the run longer. Not for text messages. */
  async #hurry(): Promise<void> {
    const nowMs = fastClock(this.#originMs, times).now()
    await this.#store.db
      .updateTable('outbox')
      .set({ next_at: nowMs })
      .where('state', '=', 'waiting')
      .where('target', 'not like', 'rct_%')
      .where('leased_until', '<', nowMs)
      .where('next_at', '>', nowMs)
      .execute()
  }

  /** Deliveries that any target has taken so far. */
  #arrived(): number {
    const webhooks = this.#receivers.reduce((sum, { taken }) => sum + taken.length, 0)
    const { crm, books } = this.#offices
    return (
      webhooks +
      this.#mail.mails.length +
      this.#phone.sent.length +
      crm.arrived.length +
      books.payments.length +
      this.#others.hubspot.arrived.length +
      this.#others.own.entries.size
    )
  }

  async #payments(): Promise<number> {
    const { rows } = await this.#store.db
      .selectFrom('payments')
      .select(({ fn }) => fn.countAll<number>().as('rows'))
      .executeTakeFirstOrThrow()
    return Number(rows)
  }

  async #count(what: 'leased' | 'but-text' | 'all'): Promise<number> {
    const { rows } = await this.#store.db
      .selectFrom('outbox')
      .select(({ fn }) => fn.countAll<number>().as('rows'))
      .where('state', '=', 'waiting')
      .$if(what === 'leased', (query) => query.where('leased_until', '>', 0))
      .$if(what === 'but-text', (query) => query.where('target', 'not like', 'rct_%'))
      .executeTakeFirstOrThrow()
    return Number(rows)
  }

  async #startRelay(speed: number): Promise<RelayProcess> {
    const { accountSid, authToken, from, apiOrigin } = this.#phone.config
    const order: RelayOrder = {
      ...{ place: this.#options.place, merchantId, originMs: this.#originMs, times: speed },
      mailUrl: `smtp://127.0.0.1:${this.#mail.port}`,
      text: { accountSid, authToken: authToken.reveal(), from, apiOrigin },
    }
    return RelayProcess.start(order)
  }
}

/** A machine that is busy with other things keeps a database away for seconds: that is no finding. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (tries === 20) throw error
      await pause(500)
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
