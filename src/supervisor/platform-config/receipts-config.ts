import { z } from 'zod'

export const Receipts = z.strictObject({
  email: z
    .strictObject({
      url: z.string().regex(/^smtps?:\/\/[^\s/]+$/, 'smtp:// or smtps://, user:password@host:port'),
      from: z.string().regex(/@/, 'an e-mail address, with or without a name'),
    })
    .nullable()
    .default(null),
  text: z
    .strictObject({
      accountSid: z.string().min(1),
      authToken: z.string().min(1),
      from: z
        .string()
        .regex(/^(\+[1-9]\d{4,14}|MG[0-9a-f]{32})$/, 'a number in E.164, or MG… of a messaging service'),
    })
    .nullable()
    .default(null),
})
