import type { Clock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { NewConnection } from '../../src/contracts/connections.ts'
import { createConnectionCore } from '../../src/control/connections/assemble.ts'
import type { Actor } from '../../src/control/ports.ts'
import type { Store } from '../../src/control/store/store.ts'
import { type OfficeFault, OfficeFaults } from '../../src/sandbox/office/office-faults.ts'
import { type RunningOffice, startOffice } from '../../src/sandbox/office/office-server.ts'
import { OfficeTokens } from '../../src/sandbox/office/office-tokens.ts'
import type { OfficeAnswer, OfficeRequest } from '../../src/sandbox/office/office-wire.ts'
import { RequestCounter } from '../../src/sandbox/office/request-counter.ts'
import { SandboxBooks } from '../../src/sandbox/office/sandbox-books.ts'
import { SandboxCrm } from '../../src/sandbox/office/sandbox-crm.ts'
import { testSealer } from '../support/sealing-key.ts'
import type { OtherOffices } from './other-offices.ts'

export const client = { id: 'app', secret: 'secret-of-the-app' }

/** Tells when a refresh token was exchanged, before the one who asked hears of it. */
export class WatchedTokens extends OfficeTokens {
  onRefresh: () => Promise<void> = async () => {}

  override async answer(request: Parameters<OfficeTokens['answer']>[0]): Promise<OfficeAnswer | undefined> {
    const given = await super.answer(request)
    if (given?.status === 200 && request.raw.includes('grant_type=refresh_token')) await this.onRefresh()
    return given
  }
}

/** Notes every upsert, in the order of arrival: payment, and what the Task was then called. */
class WatchedCrm extends SandboxCrm {
  readonly arrived: { readonly payment: string; readonly subject: string }[] = []

  override answer(request: OfficeRequest): OfficeAnswer {
    const found = super.answer(request)
    const payment = /Tonewall_Payment__c\/(.+)$/.exec(request.url.pathname)?.[1]
    const subject = (request.body as { Subject?: string } | null)?.Subject
    if (payment && subject && found.status < 300) this.arrived.push({ payment, subject })
    return found
  }
}

/** Tells of every request that was let in, before it is answered. */
export class WatchedBooks extends SandboxBooks {
  onRequest: () => void = () => {}

  override answer(request: OfficeRequest): OfficeAnswer {
    this.onRequest()
    return super.answer(request)
  }
}

/** Any request may meet a fault: broken off after it was done, refused for a while, or failed. */
class RandomFaults extends OfficeFaults {
  readonly #random: () => number

  constructor(random: () => number) {
    super()
    this.#random = random
  }

  override take(): OfficeFault | undefined {
    const drawn = this.#random()
    if (drawn < 0.02) return 'no-answer'
    if (drawn < 0.03) return 'status-500'
    return drawn < 0.033 ? 'rate-limited' : undefined
  }
}

export type OfficesOptions = {
  readonly clock: Clock
  readonly lifetimeSeconds: number
  /** How long the refresh token before stays good, in ms. */
  readonly graceMs: number
  /** Faults are drawn from it; none without. */
  readonly random?: () => number
  /** Behind the same address. */
  readonly others?: OtherOffices
}

/** A CRM that speaks as Salesforce does, and books that speak as Xero does: tokens, limits, uniqueness, and faults. */
export class Offices {
  readonly crm: WatchedCrm
  readonly books: WatchedBooks
  readonly tokens: WatchedTokens
  readonly contact: string
  readonly #options: OfficesOptions
  #running!: RunningOffice

  constructor(options: OfficesOptions) {
    this.#options = options
    const { clock, lifetimeSeconds, graceMs } = options
    const rest = { clock, client, lifetimeSeconds, graceMs }
    this.tokens = new WatchedTokens({
      ...{ ...rest, rotates: true },
      ...{ authorisePath: '/identity/connect/authorize', tokenPath: '/connect/token' },
    })
    const ofCrm = new OfficeTokens({
      ...{ ...rest, rotates: false },
      ...{ authorisePath: '/services/oauth2/authorize', tokenPath: '/services/oauth2/token' },
    })
    this.crm = new WatchedCrm(ofCrm, new RequestCounter({ perMinute: 100_000, perDay: 100_000 }))
    const headers = ({ minute, day }: { readonly minute: number; readonly day: number }) => ({
      'x-minlimit-remaining': String(minute),
      'x-daylimit-remaining': String(day),
    })
    this.books = new WatchedBooks(this.tokens, new RequestCounter({ perMinute: 60, perDay: 5_000, headers }))
    this.contact = this.crm.add('Contact', { Name: 'Ada' })
  }

  async start(): Promise<this> {
    const { clock, random, others } = this.#options
    const faults = random ? new RandomFaults(random) : new OfficeFaults()
    const listen = { host: '127.0.0.1', port: 0 }
    this.#running = await startOffice({
      clock,
      faults,
      desks: [this.crm, this.books, ...(others?.desks ?? [])],
      listen,
    })
    return this
  }

  stop(): Promise<void> {
    return this.#running.stop()
  }

  /** Connects the merchant to all, the books by a person's consent. Faults may meet this too: it is tried again. */
  async connect(store: Store, merchantId: string): Promise<{ readonly crm: string; readonly books: string }> {
    const actor: Actor = { merchantId, kind: 'system', id: 'run' }
    const core = createConnectionCore({
      ...{ store, clock: this.#options.clock, log: silentLog, mode: 'sandbox', sealer: testSealer },
      ...{ publicUrl: 'https://pay.test', egress: { ports: null, allow: ['127.0.0.0/8'] }, onTold: () => {} },
    })
    const make = async (input: object) => {
      const { origin } = this.#running
      const access = {
        clientId: client.id,
        clientSecret: client.secret,
        origins: { api: origin, identity: origin },
      }
      const { id } = await core.connections.create(actor, NewConnection.parse({ ...access, ...input }))
      for (let tries = 1; ; tries++) {
        try {
          const { authoriseUrl } = await core.connector.connect(actor, id)
          if (authoriseUrl !== null) await core.connector.finish(await agree(authoriseUrl))
          return id
        } catch (error) {
          if (tries === 20) throw error
        }
      }
    }
    const salesforce = { adapter: 'salesforce', name: 'CRM', grant: 'client-credentials' }
    const xero = { adapter: 'xero', name: 'Books', grant: 'authorisation-code' }
    const ids = {
      crm: await make({ ...salesforce, settings: { host: 'run.my.salesforce.com' } }),
      books: await make({
        ...{ ...xero, settings: { accountCode: '090', refundAccountCode: '200' } },
        rules: { metadataKey: 'invoice', byPhone: false, none: 'skip' },
      }),
    }
    await this.#options.others?.connect(make)
    await core.target.close()
    return ids
  }
}

async function agree(authoriseUrl: string): Promise<{ state: string; code: string }> {
  const agreed = await fetch(authoriseUrl, { redirect: 'manual' })
  const { searchParams } = new URL(agreed.headers.get('location') ?? '')
  return { state: searchParams.get('state') ?? '', code: searchParams.get('code') ?? '' }
}
