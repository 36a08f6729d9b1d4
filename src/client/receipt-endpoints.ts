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
import { all, answers, takes } from './endpoint.ts'

const Withdrawn = z.strictObject({ channel: ReceiptChannel })
const WrittenTemplate = z.strictObject({
  kind: ReceiptKind,
  part: TemplatePart,
  body: TemplateBody.nullable(),
})

/** Receipts to callers. */
export const receiptEndpoints = {
  orderReceipt: takes(ReceiptOrder, all(ReceiptResource)),
  listReceipts: answers(all(ReceiptResource)),
  withdrawReceipt: takes(Withdrawn, all(ReceiptResource)),
  getReceiptSettings: answers(ReceiptSettings),
  setReceiptSettings: takes(ReceiptSettings, ReceiptSettings),
  previewReceipt: takes(PreviewOrder, Preview),
  listReceiptTemplates: answers(all(TemplateResource)),
  writeReceiptTemplate: takes(WrittenTemplate, all(TemplateResource)),
} as const
