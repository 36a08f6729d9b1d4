import { TonewallClient } from '../../../src/client/client.ts'
import type { CallResource, PaymentResource } from '../../../src/contracts/desk-port.ts'
import { gatewayOf } from '../../../src/demo/demo.ts'
import { sandboxIvrNumber } from '../../../src/supervisor/plan/sandbox-merchant.ts'
import { startThrowawayPlatform, type ThrowawayPlatform } from '../../../src/supervisor/throwaway-platform.ts'
import { type CallerReport, callAtRandom } from './random-caller.ts'

export type RandomDay = {
  readonly callers: number
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

/** Many callers on one platform, several at a time; then what they heard, our payments and the gateway's ledger are compared. */
export async function runRandomDay({ callers, atOnce, seed, tell }: RandomDay): Promise<DayVerdict> {
  const platform = await startThrowawayPlatform({
    logLevel: 'warn',
    collection: { firstDigitSeconds: 30, betweenDigitsSeconds: 20 },
  })
  try {
    const reports: CallerReport[] = []
    let next = 0
    const line = async () => {
      for (let index = next++; index < callers; index = next++) {
        const account = String(2_000 + index)
        const options = {
          url: platform.addresses.simulator,
          to: sandboxIvrNumber,
          account,
          seed: seed + index,
        }
        const report = await callAtRandom({ ...options, from: `+44770090${account}` })
        reports.push(report)
        tell?.(`${reports.length}/${callers} ${account}: ${report.end}${report.approved ? ', paid' : ''}`)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, line))
    return await judge(platform, reports)
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
  for (const report of reports) {
    const { reference } = report
    const ours = paid.filter((payment) => payment.reference === reference)
    const theirs = ledger.filter(
      ({ merchantReference, kind }) => merchantReference === reference && kind === 'authorisation',
    )
    const sums = [ours, theirs].map((lines) => lines.length)
    if (sums[0] !== sums[1]) wrong.push(`${reference}: ${sums[0]} paid here, ${sums[1]} in the ledger`)
    const [own, other] = [ours[0], theirs[0]]
    if (own && other && (own.amountMinor !== other.amount || own.last4 !== other.last4))
      wrong.push(`${reference}: another amount or card in the ledger`)
    if (ours.length > 1) wrong.push(`${reference}: paid ${ours.length} times`)
    if (report.approved && ours.length === 0)
      wrong.push(`${reference}: told that it was paid, and it was not`)
    if (ours.length > 0 && report.yes === 0) wrong.push(`${reference}: paid without a yes`)
  }
  const prompts = reports.reduce((sum, { heard }) => sum + heard.length, 0)
  return { reports, captured: paid.length, prompts, wrong }
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
