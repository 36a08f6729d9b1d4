import type { Clock } from '../../base/clock.ts'
import { exhaustive } from '../../base/exhaustive.ts'
import type { Delivered } from '../outbox/target.ts'
import { askedWaitMs } from '../outbox/webhook-schedule.ts'
import type { ReceiptTable } from '../store/receipt-tables.ts'
import type { Store } from '../store/store.ts'
import { receiptNumber } from './receipt-fields.ts'
import { beginReceipt, changeReceipt } from './receipt-store.ts'
import type { RenderedReceipt } from './render-receipt.ts'
import type { Texter } from './texter.ts'

export type SendTextOptions = { readonly store: Store; readonly clock: Clock; readonly texter: Texter }

/** Looked up after 5 s, 5 min and 30 min: a message that Twilio took is in its list long before the last. */
const mostLookUps = 3

/**
 * A receipt by text message, at most once. Twilio takes no idempotency key, so that it is written down before the
 * first byte leaves:
 *
 *   waiting ──▶ sending ──▶ sent | refused
 *      ▲           │ no answer, or a crash: looked up by its receipt number
 *      └ certainly ├──found──▶ sent
 *        not sent  └──not found, three times──▶ unclear ──a person replays──▶ sending
 */
export class SendText {
  readonly #options: SendTextOptions

  constructor(options: SendTextOptions) {
    this.#options = options
  }

  async send(receipt: ReceiptTable, rendered: RenderedReceipt, to: string): Promise<Delivered> {
    if (receipt.state === 'sending') return this.#lookUp(receipt)
    // What is `unclear` or `refused` only comes here again because a person has replayed it.
    const { store, clock, texter } = this.#options
    if (!(await beginReceipt(store.db, receipt, to, clock.now())))
      return { do: 'retry', status: null, outcome: 'begun-elsewhere' }
    const texted = await texter.send({ to, body: rendered.text })
    const nowMs = clock.now()
    const change = (values: Parameters<typeof changeReceipt>[2]) =>
      changeReceipt(store.db, receipt, values, nowMs)
    switch (texted.kind) {
      case 'accepted':
        await change({ state: 'sent', message_ref: texted.sid, sent_at: nowMs })
        return { do: 'done', status: texted.status, outcome: 'accepted' }
      case 'refused':
        await change({ state: 'refused', because: texted.outcome })
        return { do: 'give-up', status: texted.status, outcome: texted.outcome }
      case 'later': {
        await change({ state: 'waiting', because: texted.outcome })
        const askedMs = askedWaitMs(texted.retryAfter, nowMs)
        const notBefore = askedMs > 0 ? { notBeforeMs: nowMs + askedMs } : {}
        return { do: 'retry', status: texted.status, outcome: texted.outcome, ...notBefore }
      }
      case 'unknown':
        await change({ because: texted.outcome })
        return { do: 'retry', status: null, outcome: 'unknown' }
      default:
        return exhaustive(texted)
    }
  }

  async #lookUp(receipt: ReceiptTable): Promise<Delivered> {
    const { store, clock, texter } = this.#options
    const mark = receiptNumber(receipt.id)
    const found = await texter.find({ to: receipt.address, mark, sinceMs: receipt.created_at })
    const nowMs = clock.now()
    const change = (values: Parameters<typeof changeReceipt>[2]) =>
      changeReceipt(store.db, receipt, values, nowMs)
    if (found.kind === 'found') {
      const state = found.failed ? 'refused' : 'sent'
      await change({ state, message_ref: found.sid, because: null, sent_at: found.failed ? null : nowMs })
      return {
        do: found.failed ? 'give-up' : 'done',
        status: 200,
        outcome: found.failed ? 'undelivered' : 'found',
      }
    }
    const lookUps = receipt.look_ups + 1
    if (lookUps < mostLookUps) {
      await change({ look_ups: lookUps })
      return { do: 'retry', status: null, outcome: found.kind === 'absent' ? 'not-found-yet' : found.outcome }
    }
    await change({ state: 'unclear', look_ups: lookUps, because: 'not-found' })
    return { do: 'give-up', status: null, outcome: 'unclear' }
  }
}
