import type { Clock } from '../../base/clock.ts'
import { OfficeFaults } from './office-faults.ts'
import { type OfficeDesk, type RunningOffice, startOffice } from './office-server.ts'
import { OfficeTokens } from './office-tokens.ts'
import type { OfficeAnswer, OfficeRequest } from './office-wire.ts'
import { RequestCounter } from './request-counter.ts'
import { SandboxBills } from './sandbox-bills.ts'
import { SandboxBooks } from './sandbox-books.ts'
import { SandboxCrm } from './sandbox-crm.ts'

export type SandboxOfficeOptions = {
  readonly clock: Clock
  readonly listen: { readonly host: string; readonly port: number }
  /** The app that is let in, at both. */
  readonly client: { readonly id: string; readonly secret: string }
  /** What look-ups of bills are signed with; none: there are no bills. */
  readonly billsSecret?: string
  /** Lets the operator look: `GET /office/crm`, `GET /office/books`. */
  readonly operatorKey: string
}

/**
 * The sandbox merchant's CRM and books, as long as the process lives: they speak as Salesforce and Xero do, so that
 * the sandbox runs the same adapters as production. One contact has the number of the demo's caller, and one invoice
 * its order's number.
 */
export async function startSandboxOffice(options: SandboxOfficeOptions): Promise<RunningOffice> {
  const { clock, client, listen } = options
  const tokens = (paths: {
    readonly authorisePath: string
    readonly tokenPath: string
    readonly rotates: boolean
  }) => new OfficeTokens({ clock, client, lifetimeSeconds: 1_800, ...paths })
  const crm = new SandboxCrm(
    tokens({
      authorisePath: '/services/oauth2/authorize',
      tokenPath: '/services/oauth2/token',
      rotates: false,
    }),
    new RequestCounter({ perMinute: 1_000, perDay: 15_000 }),
  )
  const books = new SandboxBooks(
    tokens({ authorisePath: '/identity/connect/authorize', tokenPath: '/connect/token', rotates: true }),
    new RequestCounter({ perMinute: 60, perDay: 5_000 }),
  )
  const ada = crm.add('Contact', { Name: 'Ada Byron', Phone: '07700 900123' })
  crm.add('Contact', { Name: 'Grace Murray', Phone: '+44 7700 900456' })
  crm.add('Case', { CaseNumber: '00001026', Subject: 'Order 1001', ContactId: ada })
  books.addInvoice('order-1001', 42.5)
  books.addInvoice('order-1002', 120)
  const operator = new Operator({ crm, books, key: options.operatorKey })
  const bills = options.billsSecret === undefined ? [] : [new SandboxBills(options.billsSecret)]
  return startOffice({ clock, listen, desks: [crm, books, ...bills, operator], faults: new OfficeFaults() })
}

type OperatorOptions = { readonly crm: SandboxCrm; readonly books: SandboxBooks; readonly key: string }

/** What stands in the CRM and in the books, for the one who owns them. */
class Operator implements OfficeDesk {
  readonly tokens = null
  readonly #options: OperatorOptions

  constructor(options: OperatorOptions) {
    this.#options = options
  }

  owns(pathname: string): boolean {
    return pathname.startsWith('/office/')
  }

  answer({ method, url, headers }: OfficeRequest): OfficeAnswer {
    const { crm, books, key } = this.#options
    if (headers.authorization !== `Bearer ${key}`) return { status: 401 }
    if (method !== 'GET') return { status: 405 }
    if (url.pathname === '/office/crm')
      return { status: 200, body: { contacts: crm.list('Contact'), tasks: crm.list('Task') } }
    const { invoices, payments, creditNotes } = books
    return { status: 200, body: { invoices, payments, creditNotes } }
  }
}
