import { newId } from '../../../src/base/ids.ts'
import { Secret } from '../../../src/base/secret.ts'
import { NewPlan, type PlanResource } from '../../../src/contracts/plans.ts'
import { Sealer } from '../../../src/control/secrets/sealer.ts'
import { sealPlace, writeStoredCard } from '../../../src/control/stored-cards/stored-card-store.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { agent, merchantId, Rig } from '../payments/rig.ts'
import { FaultyGateway } from './faulty-gateway.ts'

export const customer = 'cust-7'

/** The payment core with plans, a store, and a gateway in the same process: years pass in seconds. */
export class PlanRig {
  readonly clock: ManualClock
  readonly gateway: FaultyGateway
  readonly rig: Rig

  private constructor(clock: ManualClock, gateway: FaultyGateway, rig: Rig) {
    this.clock = clock
    this.gateway = gateway
    this.rig = rig
  }

  static async start(originMs = Date.UTC(2026, 0, 15, 12)): Promise<PlanRig> {
    const clock = new ManualClock(originMs)
    const gateway = new FaultyGateway(clock)
    return new PlanRig(clock, gateway, await Rig.start({ clock, gatewayClient: gateway }))
  }

  /** A card that a first payment has kept, some time ago. */
  async keptCard(
    expires = '2099-12',
    use: 'customer' | 'merchant' = 'merchant',
    number?: string,
  ): Promise<string> {
    const nowMs = this.clock.now()
    const id = newId('storedCard', nowMs)
    const sealer = new Sealer([{ id: 'test', key: new Secret(Buffer.alloc(32, 5).toString('base64')) }])
    const token = sealer.seal(new Secret(this.gateway.token(number)), sealPlace({ id }))
    await writeStoredCard(
      this.rig.store.db,
      {
        ...{ id, merchant_id: merchantId, customer, gateway: 'sandbox', token, customer_ref: null },
        ...{ network_ref: 'netfirst', brand: 'visa', last4: '4242', expires, card_use: use },
        ...{ forget_because: null, forget_failed_at: null },
        ...{ consent_how: 'spoken', consent_kind: 'agent', consent_id: agent.id, consent_at: nowMs },
        ...{ payment_id: 'pay_first', state: 'kept', created_at: nowMs, updated_at: nowMs },
      },
      true,
    )
    return id
  }

  plan(change: object): Promise<PlanResource> {
    const plan = {
      ...{ kind: 'renewal', reference: 'sub-1', currency: 'GBP', amountMinor: 999 },
      schedule: { every: 'month', firstDate: '2026-01-31', zone: 'Europe/London' },
      ...change,
    }
    return this.rig.core.plans.create(agent, NewPlan.parse(plan))
  }

  get(planId: string): Promise<PlanResource> {
    return this.rig.core.plans.get(agent, planId)
  }

  /** Turns the clock in steps, and lets what each has begun come to rest. */
  async pass(ms: number, stepMs = 6 * 3_600_000): Promise<void> {
    const until = this.clock.now() + ms
    while (this.clock.now() < until) {
      await this.clock.leap(Math.min(stepMs, until - this.clock.now()))
      await this.#rest()
    }
  }

  /**
   * Until nothing is under way. The store may be a server: its answers take real time, for which the clock stands still.
   * What waits for the clock itself (a charge that is sent once more, for example) gets its moments too.
   */
  async #rest(): Promise<void> {
    const idle = this.rig.core.idle().then(() => true)
    for (let seconds = 0; seconds < 600; seconds++) {
      if (await Promise.race([idle, inRealTime(patienceMs)])) return
      await this.clock.leap(1_000)
    }
    throw new Error('plans do not come to rest')
  }

  async told(): Promise<string[]> {
    const rows = await this.rig.store.db.selectFrom('audit').select('action').orderBy('seq').execute()
    return rows.map(({ action }) => action).filter((action) => action.startsWith('plan.'))
  }

  async close(): Promise<void> {
    await this.rig.close()
    this.gateway.remove()
  }
}

/** A store that answers takes less, as a rule; taken for waiting for the clock, it is a second later for it. */
const patienceMs = 25
const inRealTime = (ms: number) => new Promise<false>((resolve) => setTimeout(() => resolve(false), ms))

export const days = (count: number) => count * 24 * 3_600_000
