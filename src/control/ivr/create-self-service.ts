import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { ControlConfig } from '../../contracts/process-config/control-config.ts'
import type { LiveCall } from '../calls/missing-legs.ts'
import type { CallRegistry } from '../calls/registry.ts'
import { sipProvider } from '../calls/sip-facts.ts'
import type { BridgeClient } from '../clients/bridge-client.ts'
import type { PaymentCore } from '../payments/payment-core.ts'
import type { TwilioCalls } from '../telephony/twilio/twilio-calls.ts'
import type { BillLookup } from './bill-lookup.ts'
import { CallerBills } from './caller-bills.ts'
import { FlowShelf } from './flow-shelf.ts'
import { SelfService } from './self-service.ts'

/** How long a caller may take over a link that they asked for, in seconds. */
const linkSeconds = 3_600

export type CreateSelfService = {
  readonly config: Pick<ControlConfig, 'ivr'>
  readonly clock: Clock
  readonly log: Log
  readonly bridge: BridgeClient
  readonly calls: CallRegistry
  readonly core: PaymentCore
  readonly twilioCalls: TwilioCalls
  readonly lookup: BillLookup
}

/** Callers without an agent, put together with calls, payments and the ways to an agent. Undefined: there are no flows. */
export function createSelfService(parts: CreateSelfService): SelfService | undefined {
  const { config, clock, log, bridge, calls, core, lookup } = parts
  if (!config.ivr) return undefined
  const { payments, receipts, storedCards, connections } = core
  const bills = new CallerBills({ log, byUrl: lookup, byRecord: (question) => connections.lookUp(question) })
  return new SelfService({
    ...{ clock, log, bridge, bills, payments, receipts, storedCards },
    flows: new FlowShelf({ folder: config.ivr.flowsDir, log }),
    callAgent: (call, to) => callAgent(parts, call, to),
    hangUp: (callId) => calls.end(callId, 'served'),
    sendLink: (payment, { order, locale }, to) =>
      payment.sendLink(order, locale, (actor, id) =>
        core.payLinks.order(actor, id, {
          ...{ kind: 'hosted', channel: 'text', to, locale, validSeconds: linkSeconds },
        }),
      ),
  })
}

/** Over SIP our edge rings the agent, elsewhere the provider does. */
async function callAgent(
  { calls, bridge, twilioCalls }: CreateSelfService,
  call: LiveCall,
  to: string,
): Promise<void> {
  const { id, provider } = call.facts
  if (provider !== sipProvider) return twilioCalls.callAgent(id, to)
  calls.callAgent(id, to)
  try {
    // A client of the provider's is an extension of the PBX here.
    await bridge.call('call-agent', { callId: id, agent: to.replace(/^client:/, '') })
  } catch (error) {
    calls.agentMissed(id)
    throw error
  }
}
