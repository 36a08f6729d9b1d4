import { z } from 'zod'

export const port = z.number().int().min(0).max(65535)
export const seconds = (min: number, max: number) => z.number().int().min(min).max(max)
export const url = (schemes: string) =>
  z
    .string()
    .regex(
      new RegExp(`^(${schemes})://[^/\\s]+$`),
      `${schemes.replace('|', ':// or ')}://host[:port], without a path`,
    )
