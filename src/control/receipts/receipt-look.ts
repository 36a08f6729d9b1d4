import type { z } from 'zod'
import type { Clock } from '../../base/clock.ts'
import type {
  PreviewOrder,
  ReceiptKind,
  ReceiptSettings,
  TemplatePart,
  TemplateResource,
} from '../../contracts/receipts.ts'
import { PaymentNotFound } from '../payments/payment-errors.ts'
import { findPayment } from '../payments/store.ts'
import type { Actor } from '../ports.ts'
import { appendAudit } from '../store/audit-log.ts'
import type { Store } from '../store/store.ts'
import { listTemplates, readSettings, readTemplates, writeSettings, writeTemplate } from './look-store.ts'
import type { ReceiptFacts } from './receipt-fields.ts'
import { type RenderedReceipt, renderReceipt } from './render-receipt.ts'
import { checkTemplate } from './template.ts'

/** What a merchant's receipts look like: branding, words and templates, and how they would come out. */
export type ReceiptLook = {
  settings(actor: Actor): Promise<ReceiptSettings>
  change(actor: Actor, settings: ReceiptSettings): Promise<ReceiptSettings>
  templates(actor: Actor): Promise<TemplateResource[]>
  /** A null body takes ours again. Throws TemplateRefused. */
  write(actor: Actor, template: WrittenTemplate): Promise<TemplateResource[]>
  /** Nothing is stored and nothing sent. Throws TemplateRefused, PaymentNotFound. */
  preview(actor: Actor, order: z.infer<typeof PreviewOrder>): Promise<RenderedReceipt>
}

export type WrittenTemplate = {
  readonly kind: ReceiptKind
  readonly part: TemplatePart
  readonly body: string | null
}

export type ReceiptLookOptions = { readonly store: Store; readonly clock: Clock }

export function createReceiptLook({ store, clock }: ReceiptLookOptions): ReceiptLook {
  return {
    settings: ({ merchantId }) => readSettings(store.db, merchantId),
    async change(actor, settings) {
      await store.transaction(async (trx) => {
        const facts = { timeZone: settings.timeZone, locale: settings.locale }
        const entry = { actor, action: 'receipts.settings-changed', paymentId: null, facts }
        await appendAudit(trx, entry, clock.now())
        await writeSettings(trx, actor.merchantId, settings, clock.now())
      })
      return settings
    },
    templates: ({ merchantId }) => listTemplates(store.db, merchantId),
    async write(actor, template) {
      const { kind, part, body } = template
      if (body !== null) checkTemplate(part, body)
      await store.transaction(async (trx) => {
        const facts = { kind, part, source: body === null ? 'default' : 'merchant' }
        const entry = { actor, action: 'receipts.template-changed', paymentId: null, facts }
        await appendAudit(trx, entry, clock.now())
        await writeTemplate(trx, actor.merchantId, template, clock.now())
      })
      return listTemplates(store.db, actor.merchantId)
    },
    async preview({ merchantId }, { kind, paymentId, locale, settings, parts = {} }) {
      for (const [part, body] of Object.entries(parts)) checkTemplate(part as TemplatePart, body)
      const facts =
        paymentId === undefined
          ? example(kind, clock.now())
          : await factsOfPayment(store, { merchantId, paymentId }, kind)
      return renderReceipt({
        facts,
        settings: settings ?? (await readSettings(store.db, merchantId)),
        templates: { ...(await readTemplates(store.db, merchantId, kind)), ...parts },
        locale,
      })
    },
  }
}

/** A receipt that nobody got. */
function example(kind: ReceiptKind, nowMs: number): ReceiptFacts {
  return {
    kind,
    receiptId: 'rcp_00000000000000007k4q6r5s8t',
    paymentId: 'pay_01jd3f8p0m9x2v7k4q6r5s8t1w',
    reference: 'order-1001',
    customer: 'C-1042',
    description: 'Two tickets, row F',
    amountMinor: kind === 'refund' ? 1_250 : 4_250,
    originalMinor: 4_250,
    currency: 'GBP',
    brand: 'visa',
    last4: '4242',
    authCode: 'T3A91C',
    at: nowMs,
  }
}

async function factsOfPayment(
  store: Store,
  key: { readonly merchantId: string; readonly paymentId: string },
  kind: ReceiptKind,
): Promise<ReceiptFacts> {
  const payment = await findPayment(store.db, key)
  if (!payment) throw new PaymentNotFound()
  const taken = payment.captured_minor || payment.amount_minor
  return {
    kind,
    receiptId: 'rcp_00000000000000007k4q6r5s8t',
    paymentId: payment.id,
    reference: payment.reference,
    customer: payment.customer,
    description: payment.description,
    amountMinor: kind === 'refund' ? payment.refunded_minor || taken : taken,
    originalMinor: taken,
    currency: payment.currency,
    brand: payment.brand,
    last4: payment.last4,
    authCode: payment.auth_code,
    at: payment.updated_at,
  }
}
