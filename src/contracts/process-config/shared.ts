import { z } from 'zod'
import { Secret } from '../../base/secret.ts'

/** A secret on its way to a process: JSON text on standard input becomes a value that cannot be printed. */
export const SecretText = z
  .string()
  .min(1)
  .max(8192)
  .transform((value) => new Secret(value))

/** What introduces one process to another on a Unix socket. */
export const LinkToken = z
  .string()
  .min(32)
  .max(128)
  .transform((value) => new Secret(value))

export const Mode = z.enum(['sandbox', 'production'])
export type Mode = z.infer<typeof Mode>

export const LogLevelName = z.enum(['debug', 'info', 'warn', 'error', 'silent'])

/** In every process's configuration. */
export const CommonConfig = z.strictObject({ mode: Mode, logLevel: LogLevelName })

/** A listening address. Port 0 is for tests only: nobody could be told where it is. */
export const Listen = z.strictObject({ host: z.string(), port: z.number().int().min(0).max(65535) })
