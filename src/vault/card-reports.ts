import { z } from 'zod'
import { GatewayReply } from '../contracts/gateway-call.ts'
import { CollectionEnd, VaultEvent } from '../contracts/vault-port.ts'
import type { Report } from './card-messages.ts'

/** As `Report`, checked: a card process that was broken into must not be able to take the pool down or lie for others. */
const FromCard = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('ready'),
    findings: z
      .array(z.strictObject({ protection: z.string(), on: z.boolean(), because: z.string() }))
      .max(64),
  }),
  z.strictObject({ type: z.literal('opened') }),
  z.strictObject({ type: z.literal('event'), event: z.looseObject({ type: z.string() }) }),
  z.strictObject({
    type: z.literal('anchored'),
    fingerprint256: z.string().regex(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
  }),
  z.strictObject({ type: z.literal('reply'), reply: GatewayReply }),
  z.strictObject({ type: z.literal('ending'), why: z.union([CollectionEnd, z.literal('finished')]) }),
])

/** The report, or undefined for something that no card process of this version says. */
export function readReport(message: unknown): Report | undefined {
  const read = FromCard.safeParse(message)
  return read.success ? (read.data as Report) : undefined
}

/** The event of one collection, or undefined. Only the pool says `ended`: it has seen the process go. */
export function readEvent(event: unknown, collectionId: string): VaultEvent | undefined {
  const read = VaultEvent.safeParse({ ...(event as object), collectionId })
  return read.success && read.data.type !== 'ended' ? read.data : undefined
}
