import type { CallResource, PaymentResource } from '../../../src/contracts/desk-port.ts'
import type { KeyReport } from '../../../src/simulator/handset-protocol.ts'
import { sandboxIvrNumber } from '../../../src/supervisor/plan/sandbox-merchant.ts'
import { House } from '../../e2e/house.ts'
import { HearingCaller } from './hearing-caller.ts'
import { StreamLine } from './stream-line.ts'

export type Caller = HearingCaller<StreamLine>

const atRest = new Set<PaymentResource['status']>(['captured', 'declined', 'cancelled', 'expired', 'unknown'])
/** A busy machine is given time, in ms. */
const patienceMs = 60_000

/** A whole platform whose callers have no agent: each calls from a number of their own, and hears. */
export class CallersHouse extends House {
  #numbers = 100

  /** Keys are told by message unless told otherwise: a machine that is busy with many calls cannot tear those. */
  async call(
    to: string = sandboxIvrNumber,
    { report = 'message' }: { report?: KeyReport } = {},
  ): Promise<Caller> {
    const from = `+447700900${++this.#numbers}`
    const url = this.platform.addresses.simulator
    return new HearingCaller(await StreamLine.dial({ url, from, to, report }))
  }

  /** The caller's call as the desk sees it, as soon as it is so. */
  callOf(caller: Caller, is: (call: CallResource) => boolean = () => true): Promise<CallResource> {
    const isIt = (call: CallResource) => call.from === caller.line.from && is(call)
    return this.watch.until('the call', () => [...this.watch.calls.values()].find(isIt), patienceMs)
  }

  paymentsOf(callId: string): PaymentResource[] {
    return [...this.watch.payments.values()].filter((payment) => payment.callId === callId)
  }

  /** What became of the caller's payments: settles when the call has ended, and nothing of them is under way. */
  async aftermath(caller: Caller): Promise<PaymentResource['status'][]> {
    const { id } = await this.callOf(caller, ({ status }) => status === 'ended')
    const rest = () => {
      const own = this.paymentsOf(id)
      return own.every(({ status }) => atRest.has(status)) ? own : undefined
    }
    const payments = await this.watch.until('payments at rest', rest, patienceMs).catch((error: unknown) => {
      const now = this.paymentsOf(id).map(({ status }) => status)
      throw new Error(`payments are left behind: ${now.join(', ')}`, { cause: error })
    })
    return payments.map(({ status }) => status)
  }

  /** Amounts that the gateway has taken for this reference, in minor units. */
  async charged(reference: string): Promise<number[]> {
    const lines = await this.ledger(reference)
    return lines
      .filter(({ kind, outcome }) => kind === 'authorisation' && outcome === 'approved')
      .map(({ amount }) => amount)
  }
}
