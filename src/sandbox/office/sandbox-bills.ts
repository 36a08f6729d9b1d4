import { Webhook } from 'standardwebhooks'
import type { OfficeDesk } from './office-server.ts'
import type { OfficeAnswer, OfficeRequest } from './office-wire.ts'

type BillAnswer = {
  readonly reference: string
  readonly amountMinor: number
  readonly currency: string
  readonly dueOn: string | null
  readonly customer: string
}

const known: Readonly<Record<string, Omit<BillAnswer, 'reference'>>> = {
  '1001': { amountMinor: 4_250, currency: 'GBP', dueOn: '2026-12-31', customer: 'ada-byron' },
  '1002': { amountMinor: 12_000, currency: 'GBP', dueOn: null, customer: 'grace-murray' },
}

/**
 * What the sandbox merchant's books answer a flow that asks what a keyed number stands for (docs/ivr.md): orders 1001 and 1002,
 * and for whoever needs many, accounts 2000 to 2999 with an amount of each own.
 */
export class SandboxBills implements OfficeDesk {
  readonly tokens = null
  readonly #secret: string

  constructor(secret: string) {
    this.#secret = secret
  }

  owns(pathname: string): boolean {
    return pathname === '/bills'
  }

  answer({ method, headers, body }: OfficeRequest): OfficeAnswer {
    if (method !== 'POST') return { status: 405 }
    if (!this.#isSigned(headers, body)) return { status: 401 }
    const { reference } = (body as { data: { reference: string } }).data
    const bill = known[reference] ?? accountOf(reference)
    return bill ? { status: 200, body: { reference: `order-${reference}`, ...bill } } : { status: 404 }
  }

  #isSigned(headers: OfficeRequest['headers'], body: unknown): boolean {
    const text = (name: string) => String(headers[name] ?? '')
    try {
      new Webhook(this.#secret).verify(JSON.stringify(body), {
        'webhook-id': text('webhook-id'),
        'webhook-timestamp': text('webhook-timestamp'),
        'webhook-signature': text('webhook-signature'),
      })
      return true
    } catch {
      return false
    }
  }
}

function accountOf(reference: string): Omit<BillAnswer, 'reference'> | undefined {
  if (!/^2\d{3}$/.test(reference)) return undefined
  const amountMinor = 100 + ((Number(reference) * 37) % 9_900)
  return { amountMinor, currency: 'GBP', dueOn: null, customer: `account-${reference}` }
}
