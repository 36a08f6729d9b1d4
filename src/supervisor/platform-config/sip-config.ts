import { z } from 'zod'
import { port, seconds } from './scalars.ts'

/** Calls of a trunk; docs/sip.md. */
export const Sip = z
  .strictObject({
    enabled: z.boolean().default(false),
    ngHost: z.string().default('127.0.0.1'),
    ngPort: port.default(2223),
    ngPeers: z.array(z.string()).min(1).default(['127.0.0.1']),
    edges: z
      .array(z.string().regex(/^\S+:\d{1,5}$/, 'host:port'))
      .max(16)
      .default(['127.0.0.1:5060']),
    drachtio: z
      .strictObject({
        host: z.string().default('127.0.0.1'),
        port: port.default(9022),
        secret: z.string().min(8, 'at least 8 characters'),
        peers: z.array(z.string()).min(1).default(['127.0.0.1']),
        outbound: z.string().regex(/^\S+:\d{1,5}$/, 'host:port'),
        paymentNumber: z.string().regex(/^[0-9A-Za-z+*#._-]{1,32}$/, 'as it is dialled'),
        selfServiceNumbers: z.array(z.string()).max(100).default([]),
        ringSeconds: seconds(1, 300).default(30),
        sessionSeconds: seconds(90, 86_400).default(1_800),
      })
      .nullable()
      .default(null),
    mediaHost: z.string().default('127.0.0.1'),
    mediaAdvertised: z.string().nullable().default(null),
    portMin: port.min(1_024).default(30_000),
    portMax: port.min(1_024).default(39_999),
    nativeSockets: z.boolean().default(true),
    source: z.enum(['address', 'strict', 'first']).default('address'),
    srtpCaller: z.enum(['accepted', 'required']).default('accepted'),
    srtpAgent: z.enum(['accepted', 'required']).default('accepted'),
    callerInterface: z.string().min(1).default('external'),
    callerOtherwise: z.enum(['offerer', 'answerer']).default('offerer'),
    silentSeconds: seconds(10, 86_400).default(300),
    standby: z.boolean().default(true),
    merchant: z.string().nullable().default(null),
  })
  .prefault({})
