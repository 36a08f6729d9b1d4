import type { Clock } from '../../src/base/clock.ts'
import type { OfficeDesk } from '../../src/sandbox/office/office-server.ts'
import { OfficeTokens } from '../../src/sandbox/office/office-tokens.ts'
import type { OfficeAnswer, OfficeRequest } from '../../src/sandbox/office/office-wire.ts'
import { RequestCounter } from '../../src/sandbox/office/request-counter.ts'
import { counters } from '../crm/counters.ts'
import { HubSpotStandIn } from '../crm/hubspot-stand-in.ts'
import { RestStandIn } from '../crm/rest-stand-in.ts'
import { ZendeskStandIn } from '../crm/zendesk-stand-in.ts'

/** Notes every change of a payment's record, in the order of arrival: payment, and what it then said. */
class WatchedHubSpot extends HubSpotStandIn {
  readonly arrived: { readonly payment: string; readonly subject: string }[] = []

  override answer(request: OfficeRequest): OfficeAnswer {
    const found = super.answer(request)
    const { properties } = (request.body ?? {}) as { properties?: Record<string, string> }
    const payment = properties?.[this.unique]
    if (payment && found.status < 300)
      this.arrived.push({ payment, subject: properties.hs_internal_comment ?? '' })
    return found
  }
}

/** Counts requests that came with a key that it knows. */
class WatchedRest extends RestStandIn {
  repeated = 0

  override answer(request: OfficeRequest): OfficeAnswer {
    const found = super.answer(request)
    if (found.status === 200) this.repeated++
    return found
  }
}

export type OtherOfficesOptions = {
  readonly clock: Clock
  readonly client: { readonly id: string; readonly secret: string }
  readonly lifetimeSeconds: number
}

/** The systems that adapters know beside Salesforce and Xero: HubSpot, Zendesk, and one of the merchant's own. */
export class OtherOffices {
  readonly hubspot: WatchedHubSpot
  readonly zendesk: ZendeskStandIn
  readonly own: WatchedRest
  readonly contact: string

  constructor(options: OtherOfficesOptions) {
    const rest = { ...options, rotates: false }
    this.hubspot = new WatchedHubSpot(
      new OfficeTokens({ ...rest, authorisePath: '/oauth/authorize', tokenPath: '/oauth/v1/token' }),
      counters.hubspot(),
    )
    this.zendesk = new ZendeskStandIn(
      new OfficeTokens({ ...rest, authorisePath: '/oauth/authorizations/new', tokenPath: '/oauth/tokens' }),
      new RequestCounter({ perMinute: 2_500, perDay: 1_000_000 }),
    )
    this.own = new WatchedRest(rest, new RequestCounter({ perMinute: 6_000, perDay: 1_000_000 }))
    this.contact = this.hubspot.addContact({ firstname: 'Ada' })
  }

  get desks(): readonly OfficeDesk[] {
    return [this.hubspot, this.zendesk, this.own]
  }

  /** What a payment names its records by: a contact and a record for each, and a ticket of its own for every other one. */
  recordsOf(n: number): Record<string, string> {
    const all = { hubspot: `contacts:${this.contact}`, own: `R ${n}` }
    return n % 2 === 0 ? all : { ...all, ticket: `ticket:${this.zendesk.addTicket()}` }
  }

  async connect(make: (input: object) => Promise<unknown>): Promise<void> {
    const rules = (metadataKey: string) => ({ metadataKey, byPhone: false, none: 'skip' })
    await make({
      ...{ adapter: 'hubspot', name: 'HubSpot', grant: 'authorisation-code' },
      ...{ settings: { portalId: '1234' }, rules: rules('hubspot') },
    })
    await make({
      ...{ adapter: 'zendesk', name: 'Zendesk', grant: 'client-credentials' },
      ...{ settings: { subdomain: 'run', requestsPerMinute: 2_500 }, rules: rules('ticket') },
    })
    const body = '{"payment": "{{paymentId}}", "type": "{{eventType}}"}'
    const settings = {
      ...{ origin: 'https://own.example', path: '/own/{{record}}/payments', body },
      requestsPerMinute: 6_000,
    }
    const own = { adapter: 'generic', name: 'Own system', grant: 'client-credentials' }
    await make({ ...own, settings, rules: rules('own') })
  }
}
