import { Webhook } from 'standardwebhooks'
import { request } from 'undici'
import type { Clock } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import type { Secret } from '../../base/secret.ts'
import type { Locale } from '../../contracts/prompts.ts'
import { Bill } from '../../ivr/bill.ts'
import { AddressGuard, type EgressRules } from '../egress/address-guard.ts'
import { createGuardedAgent } from '../egress/guarded-agent.ts'
import { createResolveHost, type ResolveHost } from '../egress/resolve-host.ts'

/** A caller waits: longer than this is an answer too, in ms. */
const answerMs = 6_000
const bodyCapBytes = 16 * 1024

export type Lookup = { readonly name: string; readonly url: string; readonly secret: Secret }

export type LookupQuestion = {
  /** An entry of `ivr.lookups`. */
  readonly lookup: string
  readonly merchantId: string
  readonly callId: string
  readonly reference: string
  /** The number that calls, as the network tells it. */
  readonly from: string
  readonly locale: Locale
}

export type BillLookup = {
  /** Null: nobody knows it. `away`: no answer that can be read. Never rejects. */
  find(question: LookupQuestion): Promise<Bill | null | 'away'>
  close(): Promise<void>
}

export type BillLookupOptions = {
  readonly clock: Clock
  readonly log: Log
  readonly egress: EgressRules
  readonly lookups: readonly Lookup[]
  readonly resolve?: ResolveHost
}

/**
 * Asks the merchant's own system what a keyed reference stands for: a POST signed as our webhooks are (Standard Webhooks),
 * answered with a bill, or 404 when nobody knows it. The address is guarded as theirs are.
 */
export function createBillLookup(options: BillLookupOptions): BillLookup {
  const { clock, log, egress, lookups, resolve = createResolveHost() } = options
  const dispatcher = createGuardedAgent({
    guard: new AddressGuard(egress),
    ...{ resolve, connectMs: 3_000, answerMs },
  })
  return {
    async find(question) {
      const { callId } = question
      const known = lookups.find(({ name }) => name === question.lookup)
      if (!known) {
        log.error(
          { callId, name: question.lookup },
          'a flow asks for a look-up that ivr.lookups does not have',
        )
        return 'away'
      }
      const abort = new AbortController()
      const timer = clock.after(answerMs, () => abort.abort())
      try {
        const { statusCode, body } = await request(known.url, {
          ...signed(known, question, clock.now()),
          ...{ method: 'POST', dispatcher, signal: abort.signal },
        })
        const text = await readCapped(body)
        if (statusCode === 404) return null
        const bill = statusCode === 200 ? Bill.safeParse(parseJson(text)).data : undefined
        if (!bill)
          log.warn({ callId, name: known.name, status: statusCode }, 'a look-up’s answer cannot be used')
        return bill ?? 'away'
      } catch (error) {
        log.warn({ callId, name: known.name, error }, 'a look-up has no answer')
        return 'away'
      } finally {
        timer.cancel()
      }
    },
    close: () => dispatcher.destroy(),
  }
}

function signed({ secret }: Lookup, question: LookupQuestion, nowMs: number) {
  const { merchantId, callId, reference, from, locale } = question
  const body = JSON.stringify({ type: 'bill.lookup', data: { merchantId, callId, reference, from, locale } })
  const id = newId('event', nowMs)
  const at = new Date(nowMs)
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Tonewall-Lookup/1',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(nowMs / 1_000)),
    'webhook-signature': new Webhook(secret.reveal()).sign(id, at, body),
  }
  return { headers, body }
}

async function readCapped(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > bodyCapBytes) throw new Error('a look-up’s answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
