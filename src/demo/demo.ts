import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { PaymentResource } from '../contracts/desk-port.ts'
import { recoverDigits } from '../dtmf/attacker.ts'
import { writeWav } from '../simulator/wav.ts'
import { startThrowawayPlatform, type ThrowawayPlatform } from '../supervisor/throwaway-platform.ts'
import { ApiClient } from './api-client.ts'
import { connectOffice } from './connect-office.ts'
import type { DemoCard } from './demo-cards.ts'
import { type DemoReceipt, readReceipt } from './demo-receipt.ts'
import { DeskWatch } from './desk-watch.ts'
import { type LedgerLine, SandboxGatewayClient } from './sandbox-gateway-client.ts'
import type { BooksEntry, CrmEntry, SandboxOfficeClient } from './sandbox-office-client.ts'
import { SimulatedCall } from './simulated-call.ts'
import { type ReceivedWebhook, startWebhookReceiver } from './webhook-receiver.ts'

export type DemoOptions = {
  readonly card: DemoCard
  /** Folder for the audio of both legs as WAV; null keeps none. */
  readonly keepAudio: string | null
  /** Told as it happens. */
  readonly tell: (line: string) => void
}

export type DemoResult = {
  readonly digitsKeyed: number
  /** What the attacker reads from the caller's own audio: shows that the attacker can read. */
  readonly digitsRecoveredFromCallerLeg: number
  readonly digitsRecoveredFromAgentLeg: number
  readonly outcome: PaymentResource['status']
  readonly expected: DemoCard['outcome']
  readonly ledger: readonly LedgerLine[]
  readonly webhooks: readonly ReceivedWebhook[]
  /** The receipt as it lies in the caller's mailbox; null when nothing was paid. */
  readonly receipt: DemoReceipt | null
  /** What stands in the merchant's CRM and books. */
  readonly crm: readonly CrmEntry[]
  readonly books: readonly BooksEntry[]
  readonly seconds: number
  /** What did not hold; empty when all did. */
  readonly broken: readonly string[]
}

const amountMinor = 4_250
const reference = 'order-1001'
/** Where the caller wants the receipt. */
const receiptTo = 'caller@example.com'

/** One simulated call from ring to receipt, on a platform of its own. */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { tell } = options
  const startedMs = performance.now()
  tell('Starting the platform: sandbox gateway, vault, bridge, control, telephone network …')
  const platform = await startThrowawayPlatform()
  const receiver = await startWebhookReceiver()
  const api = new ApiClient({ baseUrl: platform.addresses.control, apiKey: platform.credentials.apiKey })
  const watch = new DeskWatch(api)
  try {
    receiver.trust((await api.createEndpoint(receiver.url)).secret)
    const office = await connectOffice(platform, api)
    tell('The merchant’s CRM and books are connected.')
    const call = await SimulatedCall.dial({ platform, api, watch, from: '+447700900123', talks: true })
    tell('A caller has dialled, the agent has answered, and both talk.')
    const payment = await takePayment(call, api, options)
    const gateway = gatewayOf(platform)
    const ledger = (await gateway.ledger()).filter(({ merchantReference }) => merchantReference === reference)
    await untilTold(() => receiver.received.some(({ event }) => event.data.status === payment.status))
    const due = payment.status === 'captured'
    if (due) await untilTold(async () => (await gateway.mail()).length > 0)
    const [mail] = await gateway.mail()
    await untilWritten(office, payment)
    await call.say('caller-thanks', 1_500)
    await call.hangUp()
    if (options.keepAudio) keepAudio(call, options.keepAudio)
    const result = {
      digitsKeyed: call.digitsKeyed,
      digitsRecoveredFromCallerLeg: recoverDigits(call.caller.sent.toPcm(), call.pressesSent()).length,
      digitsRecoveredFromAgentLeg: recoverDigits(call.agent.heard.toPcm(), call.pressesAtAgent()).length,
      pressesAtAgent: call.pressesAtAgent().length,
      outcome: payment.status,
      expected: options.card.outcome,
      ledger,
      webhooks: [...receiver.received],
      receipt: mail ? readReceipt(mail) : null,
      crm: await office.crmEntries(payment.id),
      books: await office.booksEntries(payment.id),
      seconds: Math.round((performance.now() - startedMs) / 100) / 10,
    }
    return { ...result, broken: whatBroke(result) }
  } finally {
    await watch.close()
    await receiver.close()
    await platform.stop(0)
  }
}

export function gatewayOf({ addresses, credentials, dataDir }: ThrowawayPlatform): SandboxGatewayClient {
  return new SandboxGatewayClient({ origin: addresses.gateway, apiKey: credentials.gatewayKey, dataDir })
}

async function takePayment(
  call: SimulatedCall,
  api: ApiClient,
  { card, tell }: DemoOptions,
): Promise<PaymentResource> {
  await call.say('caller-card', 2_000)
  const body = { amountMinor, currency: 'GBP', reference, metadata: { orderedBy: 'phone' } }
  const payment = await call.startPayment(body)
  await api.orderReceipt(payment.id, receiptTo)
  tell('The agent has clicked "Take payment". The line is masked before the card is asked for.')
  await call.keyCard(payment.id, card)
  tell(`The caller has keyed ${call.digitsKeyed} digits, talking in between.`)
  return call.settled(payment.id)
}

function keepAudio(call: SimulatedCall, folder: string): void {
  mkdirSync(folder, { recursive: true })
  const write = (name: string, samples: Int16Array) =>
    writeFileSync(path.join(folder, name), writeWav({ encoding: 'pcm16', sampleRate: 8_000, samples }))
  write('caller-leg.wav', call.caller.sent.toPcm())
  write('agent-leg.wav', call.agent.heard.toPcm())
  write('heard-by-caller.wav', call.caller.heard.toPcm())
}

type Facts = Omit<DemoResult, 'broken'> & { readonly pressesAtAgent: number }

function whatBroke(facts: Facts): string[] {
  const approved = facts.ledger.filter(
    ({ kind, outcome }) => kind === 'authorisation' && outcome === 'approved',
  )
  const due = facts.expected === 'captured' ? 1 : 0
  const held: ReadonlyArray<readonly [boolean, string]> = [
    [facts.outcome === facts.expected, `the payment is ${facts.outcome}, and should be ${facts.expected}`],
    [facts.digitsRecoveredFromAgentLeg === 0, 'digits can be recovered from the agent’s audio'],
    [
      facts.pressesAtAgent === facts.digitsKeyed,
      'the agent’s audio does not span every press, so nothing is shown',
    ],
    [
      facts.digitsRecoveredFromCallerLeg === facts.digitsKeyed,
      'the attacker cannot read even the caller’s audio, so nothing is shown',
    ],
    [
      approved.length === due,
      `the gateway’s ledger has ${approved.length} approved authorisations, and should have ${due}`,
    ],
    [approved.every(({ amount }) => amount === amountMinor), 'the gateway took another amount'],
    [
      (facts.receipt !== null) === (facts.expected === 'captured'),
      facts.receipt === null ? 'no receipt reached the caller' : 'a receipt was sent for nothing',
    ],
    [facts.receipt === null || /£42\.50/.test(facts.receipt.text), 'the receipt does not say what was paid'],
    [
      facts.webhooks.some(({ event }) => event.data.status === facts.expected),
      'no verified webhook told of the outcome',
    ],
    [
      facts.crm.length === 1 && facts.crm[0]?.contact === 'Ada Byron',
      'the CRM does not have the payment once, on the caller’s record',
    ],
    [
      facts.books.length === due && facts.books.every(({ amount }) => amount * 100 === amountMinor),
      'the books do not have the payment as it was taken',
    ],
  ]
  return held.filter(([holds]) => !holds).map(([, complaint]) => complaint)
}

/** The CRM hears of declined cards too, the books of money only. */
async function untilWritten(office: SandboxOfficeClient, { id, status }: PaymentResource): Promise<void> {
  const books = status === 'captured' ? 1 : 0
  await untilTold(
    async () => (await office.crmEntries(id)).length > 0 && (await office.booksEntries(id)).length === books,
  )
}

async function untilTold(told: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100 && !(await told()); tries++)
    await new Promise((resolve) => setTimeout(resolve, 100))
}
