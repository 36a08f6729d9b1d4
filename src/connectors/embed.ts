import { z } from 'zod'

/** `https://host[:port]`, or one with a `*` in front of its host, as a content security policy names hosts. */
const Host = z.string().regex(/^https:\/\/(\*\.)?[A-Za-z0-9.-]+(:\d{1,5})?$/)
const hosts = z.strictObject({
  script: z.array(Host).optional(),
  frame: z.array(Host).optional(),
  connect: z.array(Host).optional(),
  image: z.array(Host).optional(),
})

/**
 * What a page needs to show the gateway's own component for one payment, and the hosts that it may then load from. Good
 * for that payment alone, and as secret as a link's address: whoever has it may pay.
 */
export const Embed = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('frame'), hosts, url: z.url() }),
  z.strictObject({
    kind: z.literal('stripe'),
    hosts,
    publishableKey: z.string().regex(/^pk_[A-Za-z0-9_]{1,250}$/),
    clientSecret: z.string().regex(/^pi_[A-Za-z0-9_]{1,250}$/),
  }),
])
export type Embed = z.infer<typeof Embed>
