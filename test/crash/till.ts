import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import { ApiRefused } from '../../src/client/api-client.ts'
import type { CreatePayment, PaymentResource } from '../../src/contracts/desk-port.ts'
import type { Attention } from './attention.ts'
import type { ControlProcess } from './control-process.ts'
import { InVain } from './patience.ts'
import type { Peers } from './peers.ts'
import { isAtRest } from './scene.ts'

/** A payment as it is ordered, with the key of that intent. */
export type Order = { readonly body: z.input<typeof CreatePayment>; readonly key: string }

export type TillOptions = {
  readonly control: ControlProcess
  readonly peers: Peers
  readonly attention: Attention
}

const restLimitMs = 150_000
/** The store failed, or control died, in the middle of the request. */
export const nobodyKnows: ReadonlySet<string> = new Set(['STORE_UNAVAILABLE', 'IDEMPOTENCY_OUTCOME_UNKNOWN'])
/** The merchant's side of a run: what an agent and a merchant's system do about one payment. */
export class Till {
  readonly #options: TillOptions

  constructor(options: TillOptions) {
    this.#options = options
  }

  /** Sent again with its key until it is answered; as docs/errors.md says where nobody knows whether it was done. */
  async create({ body, key }: Order): Promise<PaymentResource> {
    const { control, attention } = this.#options
    const ask = () => control.api.request('createPayment', { body, key })
    try {
      return await attention.answered('the order', ask, true)
    } catch (error) {
      if (!nobodyKnows.has(codeOf(error) ?? '')) throw error
      // Look; and when there is none, a new key.
      return (await this.#byReference(body)) ?? this.create({ body, key: randomUUID() })
    }
  }

  payment(id: string): Promise<PaymentResource> {
    const { control, attention } = this.#options
    return attention.answered('the payment', () => control.api.request('getPayment', { id }))
  }

  /** The payment that the client holds an answer for, or the one that it finds when it asks again with the same key. */
  async find(known: string | undefined, order: Order): Promise<PaymentResource> {
    // Acknowledged is acknowledged: a 404 here is a lost payment.
    if (known !== undefined) return this.payment(known)
    return (await this.#byReference(order.body)) ?? this.create(order)
  }

  /** Until the caller is asked for the card. A collection that a busy machine ended too soon is begun again, as agents do. */
  async ask(id: string, verb: 'arm' | 'useAnotherCard'): Promise<void> {
    const { control, attention, peers } = this.#options
    for (let asked = false; !asked; ) {
      const key = randomUUID()
      await attention
        .answered(verb, () => control.api.request(verb, { id, body: {}, key } as never), true)
        .catch((error: unknown) => {
          // It goes on already, the last collection has not quite ended, or nobody knows: what follows looks which.
          if (!(error instanceof ApiRefused)) throw error
          if (error.problem.status !== 409 && !nobodyKnows.has(error.problem.code)) throw error
        })
      const condition = async () => {
        const { collection } = await control.api.request('getPayment', { id })
        // Asked by a collection of now, not by the last one that has not quite ended.
        asked = collection?.fields[0]?.state === 'asked' && peers.vault.held.size === 1
        return asked || collection === null || collection.state === 'ended'
      }
      await attention.until({ what: 'the caller is asked', condition })
    }
  }

  /** Until nothing more will come of it by itself; what stands then, when that was waited for in vain. */
  async rest(id: string): Promise<PaymentResource> {
    const { control, attention } = this.#options
    let last = await this.payment(id)
    const condition = async () => {
      last = await control.api.request('getPayment', { id })
      return isAtRest(last)
    }
    const sign = () => `${last.status} ${last.updatedAt}`
    const what = 'the payment has come to rest'
    await this.inVainIsAnAnswer(attention.until({ what, condition, sign, limitMs: restLimitMs }))
    return last
  }

  /** What was waited for in vain is for the judge to say. */
  inVainIsAnAnswer(wait: Promise<void>): Promise<void> {
    return wait.catch((error: unknown) => {
      if (!(error instanceof InVain)) throw error
    })
  }

  /** Nothing was taken: the agent asks once more, as agents do. */
  async tryAgain({ id, status }: PaymentResource): Promise<PaymentResource> {
    const { control, attention, peers } = this.#options
    await attention.until({ what: 'the vault is empty', condition: async () => peers.vault.held.size === 0 })
    await this.ask(id, status === 'declined' ? 'useAnotherCard' : 'arm')
    peers.vault.keyCard()
    const condition = async () => {
      const now = await control.api.request('getPayment', { id })
      return now.status !== 'collecting' && now.status !== 'ready'
    }
    await attention.until({ what: 'the second card is being used', condition })
    return this.rest(id)
  }

  async #byReference({ reference }: Order['body']): Promise<PaymentResource | undefined> {
    const { control, attention } = this.#options
    const ask = () => control.api.request('listPayments', { query: { reference, limit: 20 } })
    const { data } = await attention.answered('the search', ask)
    if (data.length > 1) throw new Error(`${data.length} payments of one order`)
    return data[0]
  }
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof ApiRefused ? error.problem.code : undefined
}
