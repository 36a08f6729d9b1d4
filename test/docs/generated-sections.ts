import { z } from 'zod'
import {
  PaymentEvent,
  PaymentEventType,
  ReconciliationEvent,
  TestEvent,
} from '../../src/contracts/payment-events.ts'
import { PlanEventType } from '../../src/contracts/plans.ts'
import { receiptFieldNames } from '../../src/control/receipts/receipt-fields.ts'

const when: Readonly<Record<PaymentEventType, string>> = {
  'payment.created': 'a payment was made',
  'payment.authorised': 'the amount is reserved (manual capture)',
  'payment.captured': 'the amount is taken, at once or by a capture; `data.capturedMinor` says how much',
  'payment.declined': 'the card was declined; `data.decline` says why',
  'payment.unknown': 'no readable answer: the gateway is being asked; do not ship, do not retry',
  'payment.cancelled': 'given up by the agent or the API: nothing was or will be taken',
  'payment.expired': 'never finished: nothing was or will be taken',
  'payment.voided': 'what was authorised or taken is released',
  'payment.refunded': 'a refund went through; `data.refundedMinor` says how much in all',
  'payment.operation-pending': 'a refund was received by the gateway, and is carried out later',
  'payment.operation-unknown':
    'the answer to a capture, void or refund was lost; it is followed up: do not do it again',
  'payment.operation-failed': 'a capture, void or refund was refused, and nothing has changed',
}

const ofPlans: Readonly<Record<PlanEventType, string>> = {
  'plan.activated': 'a plan begins: its card is kept',
  'plan.changed': 'another card, amount or schedule',
  'plan.paused': 'nothing comes due until it is resumed',
  'plan.resumed': 'it goes on at the next date of its rhythm',
  'plan.run-paid': '`data.run` was paid; its payment was told by itself too',
  'plan.run-failed': '`data.run` was given up after the last try, and the next one will come',
  'plan.stopped': 'the last try was declined, or the card cannot be charged: somebody has to decide',
  'plan.card-expiring': 'the card ends before the next run: ask for another one',
  'plan.completed': 'every run is done',
  'plan.cancelled': 'nothing more comes due',
}

const timestamp = '2026-11-22T14:05:09.120Z'
const payment = {
  id: 'pay_01jd3f8p0m9x2v7k4q6r5s8t1w',
  merchantId: 'mer_example',
  callId: 'call_01jd3f7b2k4m6n8p0q1r3s5t7v',
  amountMinor: 4_250,
  currency: 'GBP',
  capturedMinor: 4_250,
  refundedMinor: 1_250,
  reference: 'order-1001',
  description: 'Two tickets, row F',
  metadata: { crmRecord: 'case-77' },
  status: 'partly-refunded',
  brand: 'visa',
  last4: '4242',
  gateway: 'main',
  gatewayRef: 'ch_1042',
  authCode: 'T3A91C',
  decline: null,
  operation: { id: 'op_01jd3fa0c3e5g7j9k1m2n4p6q8', kind: 'refund', amountMinor: 1_250, state: 'done' },
  createdAt: 1_795_356_000_000,
  updatedAt: 1_795_356_309_120,
}

const examples = [
  {
    title: 'Of a payment',
    schema: PaymentEvent,
    example: { type: 'payment.refunded', timestamp, data: payment },
  },
  {
    title: 'Of a reconciliation',
    schema: ReconciliationEvent,
    example: {
      type: 'reconciliation.difference',
      timestamp,
      data: {
        ...{ id: 'dif_01jd3fb1d4f6h8k0m2n3p5q7r9', reconciliationId: 'rec_01jd3fb0000000000000000000' },
        ...{ kind: 'missing-there', subject: 'att_01jd3f8q0m9x2v7k4q6r5s8t1w', paymentId: payment.id },
        ...{ gatewayRef: 'ch_1042', oursMinor: 4_250, theirsMinor: null, currency: 'GBP' },
        ...{ createdAt: 1_795_356_309_120, merchantId: 'mer_example' },
      },
    },
  },
  {
    title: 'Of nothing, to try an endpoint',
    schema: TestEvent,
    example: {
      type: 'webhook.test',
      timestamp,
      data: { merchantId: 'mer_example', endpointId: 'whe_01jd3fc2e5g7j9k1m3n4p6q8r0' },
    },
  },
]

/** Every event, when it comes, an example and its JSON Schema: written from the code that checks what is posted. */
export function eventsSection(): string {
  const rows = PaymentEventType.options.map((type) => `| \`${type}\` | ${when[type]} |`)
  const others = [
    ...PlanEventType.options.map((type) => `| \`${type}\` | ${ofPlans[type]} |`),
    '| `reconciliation.difference` | our ledger and the gateway’s disagree; told once |',
    '| `webhook.test` | somebody tries the endpoint |',
  ]
  const blocks = examples.map(({ title, schema, example }) => {
    const written = JSON.stringify(schema.parse(example), null, 2)
    const json = JSON.stringify(z.toJSONSchema(schema, { target: 'draft-2020-12' }))
    return `### ${title}\n\n\`\`\`json\n${written}\n\`\`\`\n\n<details><summary>JSON Schema</summary>\n\n\`\`\`json\n${json}\n\`\`\`\n\n</details>`
  })
  return [['| event | when |', '|---|---|', ...rows, ...others].join('\n'), ...blocks].join('\n\n')
}

/** The closed set of fields of receipts. */
export function fieldsSection(): string {
  const rows = Object.entries(receiptFieldNames).map(([name, meaning]) => `| \`{{${name}}}\` | ${meaning} |`)
  return ['| field | is |', '|---|---|', ...rows].join('\n')
}

/** The page with what stands between `<!-- name -->` and `<!-- /name -->` replaced. */
export function withSection(page: string, name: string, section: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [before, rest] = page.split(start)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`no place for ${name}`)
  return `${before}${start}\n\n${section}\n\n${end}${after}`
}
