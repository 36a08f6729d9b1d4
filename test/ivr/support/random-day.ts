import { TonewallClient } from '../../../src/client/client.ts'
import type { CallResource, PaymentResource } from '../../../src/contracts/desk-port.ts'
import { gatewayOf } from '../../../src/demo/demo.ts'
import type { LedgerLine } from '../../../src/demo/sandbox-gateway-client.ts'
import { sandboxIvrNumber } from '../../../src/supervisor/plan/sandbox-merchant.ts'
import { startThrowawayPlatform, type ThrowawayPlatform } from '../../../src/supervisor/throwaway-platform.ts'
import { type CallerReport, callAtRandom } from './random-caller.ts'

export type RandomDay = {
  readonly callers: number
  /** The index of the first: each caller does the same in any run of this seed. */
  readonly first?: number
  readonly atOnce: number
  readonly seed: number
  readonly tell?: (line: string) => void
}

export type DayVerdict = {
  readonly reports: readonly CallerReport[]
  readonly captured: number
  readonly prompts: number
  /** What must not be: each a sentence. */
  readonly wrong: readonly string[]
}

const underWay = new Set<PaymentResource['status']>(['collecting', 'ready', 'authorising'])
/** A money movement as both sides write it. */
const movement = (amountMinor: number, last4: string | null) => `${amountMinor} ${last4}`

/** Many callers on one platform, several at a time; then what they heard, our payments and the gateway's ledger are compared. */
export async function runRandomDay({
  callers,
  first = 0,
  atOnce,
  seed,
  tell,
}: RandomDay): Promise<DayVerdict> {
  const platform = await startThrowawayPlatform({
    logLevel: 'warn',
    collection: { firstDigitSeconds: 30, betweenDigitsSeconds: 20 },
  })
  try {
    const reports: CallerReport[] = []
    const failed: string[] = []
    let next = first
    const line = async () => {
      for (let index = next++; index < first + callers; index = next++) {
        const account = String(2_000 + index)
        const options = {
          url: platform.addresses.simulator,
          to: sandboxIvrNumber,
          account,
          seed: seed + index,
        }
        try {
          const report = await callAtRandom({ ...options, from: `+44770090${account}` })
          reports.push(report)
          tell?.(`${reports.length}/${callers} ${account}: ${report.end}${report.approved ? ', paid' : ''}`)
        } catch (error) {
          failed.push(`caller ${account} could not go on: ${error instanceof Error ? error.message : error}`)
        }
      }
    }
    await Promise.all(Array.from({ length: atOnce }, line))
    const verdict = await judge(platform, reports)
    const wrong = [...failed, ...verdict.wrong]
    if (wrong.length > 0) for (const logged of platform.logLines.slice(-100)) tell?.(logged)
    return { ...verdict, wrong }
  } finally {
    await platform.stop(0)
  }
}

async function judge(platform: ThrowawayPlatform, reports: readonly CallerReport[]): Promise<DayVerdict> {
  const client = new TonewallClient({
    ...{ baseUrl: platform.addresses.control, apiKey: platform.credentials.apiKey },
  })
  const wrong: string[] = []
  const calls = await nobodyLeft(client)
  if (calls.length > 0) wrong.push(`${calls.length} callers were left on the line`)
  const payments = await allPayments(client)
  const ledger = (await gatewayOf(platform).ledger()).filter(({ outcome }) => outcome === 'approved')
  const paid = payments.filter(({ status }) => status === 'captured')
  for (const { id, status } of payments) if (underWay.has(status)) wrong.push(`${id} is still ${status}`)
  for (const report of reports) wrong.push(...faultsOf(report, { payments, ledger }))
  const prompts = reports.reduce((sum, { heard }) => sum + heard.length, 0)
  return { reports, captured: paid.length, prompts, wrong }
}

type Books = { readonly payments: readonly PaymentResource[]; readonly ledger: readonly LedgerLine[] }

/** What a caller heard, what we wrote down and what the gateway wrote down have to be one story. */
function faultsOf(report: CallerReport, { payments, ledger }: Books): string[] {
  const { reference, end } = report
  const wrong: string[] = []
  const own = payments.filter((payment) => payment.reference === reference)
  const paid = own.filter(({ status }) => status === 'captured')
  const ours = paid.map(({ amountMinor, last4 }) => movement(amountMinor, last4)).sort()
  const theirs = ledger
    .filter(({ merchantReference, kind }) => merchantReference === reference && kind === 'authorisation')
    .map(({ amount, last4 }) => movement(amount, last4))
    .sort()
  if (ours.join() !== theirs.join())
    wrong.push(
      `${reference}: ${ours.join() || 'nothing'} paid here, ${theirs.join() || 'nothing'} in the ledger`,
    )
  if (report.approved && paid.length === 0) wrong.push(`${reference}: told that it was paid, and it was not`)
  // Who asks for another bill may key the same one again: each payment has a yes of its own.
  if (paid.length > report.yes) wrong.push(`${reference}: paid ${paid.length} times, with ${report.yes} yes`)
  // An agent may go on with what was begun; nobody else can.
  if (end !== 'with-agent' && own.some(({ status }) => status === 'created'))
    wrong.push(`${reference}: a payment is open, and its caller is gone`)
  if (end === 'left') wrong.push(`${reference}: ${report.did.at(-1)}`)
  return wrong
}

/** Calls that go on although everybody has hung up; they are given a moment to end. */
async function nobodyLeft(client: TonewallClient): Promise<readonly CallResource[]> {
  let left: readonly CallResource[] = []
  for (let tries = 0; tries < 50; tries++) {
    left = (await client.request('listCalls')).data
    if (left.length === 0) return left
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return left
}

async function allPayments(client: TonewallClient): Promise<PaymentResource[]> {
  const all: PaymentResource[] = []
  let cursor: string | null = null
  do {
    const query: Record<string, string> = { limit: '200', ...(cursor === null ? {} : { cursor }) }
    const page = await client.request('listPayments', { query })
    all.push(...page.data)
    cursor = page.nextCursor
  } while (cursor !== null)
  return all
}
