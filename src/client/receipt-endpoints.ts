import { z } from 'zod'
import {
  Preview,
  PreviewOrder,
  ReceiptChannel,
  ReceiptKind,
  ReceiptOrder,
  ReceiptResource,
  ReceiptSettings,
  TemplateBody,
  TemplatePart,
  TemplateResource,
} from '../contracts/receipts.ts'
import { all, get, post } from './endpoint.ts'

const Withdrawn = z.strictObject({ channel: ReceiptChannel })
const WrittenTemplate = z.strictObject({
  kind: ReceiptKind,
  part: TemplatePart,
  body: TemplateBody.nullable(),
})

/** Receipts to callers. */
export const receiptEndpoints = {
  orderReceipt: post('/v1/payments/{id}/receipts', ReceiptOrder, all(ReceiptResource)),
  listReceipts: get('/v1/payments/{id}/receipts', all(ReceiptResource)),
  withdrawReceipt: post('/v1/payments/{id}/receipts/withdraw', Withdrawn, all(ReceiptResource)),
  getReceiptSettings: get('/v1/receipts/settings', ReceiptSettings),
  setReceiptSettings: post('/v1/receipts/settings', ReceiptSettings, ReceiptSettings),
  previewReceipt: post('/v1/receipts/preview', PreviewOrder, Preview),
  listReceiptTemplates: get('/v1/receipts/templates', all(TemplateResource)),
  writeReceiptTemplate: post('/v1/receipts/templates', WrittenTemplate, all(TemplateResource)),
} as const
