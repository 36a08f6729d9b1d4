import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { silentLog } from '../../src/base/log.ts'
import { Secret } from '../../src/base/secret.ts'
import { createConnectionCore } from '../../src/control/connections/assemble.ts'
import { createPostWebhook } from '../../src/control/outbox/post-webhook.ts'
import { Relay } from '../../src/control/outbox/relay.ts'
import { createWebhookTarget } from '../../src/control/outbox/webhook-target.ts'
import { createMailer } from '../../src/control/receipts/mailer.ts'
import { createReceiptTarget } from '../../src/control/receipts/receipt-target.ts'
import { createTexter } from '../../src/control/receipts/texter.ts'
import { openStore } from '../../src/control/store/store.ts'
import { fastClock } from '../crash/fast-clock.ts'
import { testSealer } from '../support/sealing-key.ts'

/** What a run tells a relay on standard input. */
export const RelayOrder = z.strictObject({
  place: z.union([z.strictObject({ file: z.string() }), z.strictObject({ url: z.string() })]),
  merchantId: z.string(),
  originMs: z.number(),
  /** How much faster than the machine's its clock runs. */
  times: z.number(),
  mailUrl: z.string(),
  text: z.strictObject({
    accountSid: z.string(),
    authToken: z.string(),
    from: z.string(),
    apiOrigin: z.string(),
  }),
})
export type RelayOrder = z.infer<typeof RelayOrder>

/** The relay with its real targets and nothing else of control, to be killed at any moment. */
async function relay(): Promise<void> {
  const order = RelayOrder.parse(JSON.parse(readFileSync(0, 'utf8')))
  const clock = fastClock(order.originMs, order.times)
  const place = 'file' in order.place ? order.place : { url: new Secret(order.place.url) }
  const store = await openStore({ ...place, clock, reserveBytes: 1 })
  const egress = { ports: null, allow: ['127.0.0.0/8'] }
  const postWebhook = createPostWebhook({ clock, egress })
  const mailer = createMailer({ url: new Secret(order.mailUrl), from: 'receipts@shop.example' })
  const texter = createTexter({ ...order.text, authToken: new Secret(order.text.authToken) })
  const connections = createConnectionCore({
    ...{ store, clock, log: silentLog, mode: 'sandbox', publicUrl: '', sealer: testSealer, egress },
    onTold: () => {},
  })
  const kinds = [
    createWebhookTarget({ store, clock, postWebhook, sealer: testSealer }),
    createReceiptTarget({ store, clock, mailer, texter }),
    connections.target,
  ]
  const random = Math.random
  const merchantIds = async () => [order.merchantId]
  new Relay({ store, clock, log: silentLog, random, kinds, merchantIds }).start()
  process.send?.('running')
  // Until it is killed, or whoever started it is gone.
  process.on('disconnect', () => process.exit())
}

if (process.argv[1] === import.meta.filename) await relay()
