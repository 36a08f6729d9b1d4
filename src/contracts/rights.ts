import { z } from 'zod'

/** What a signed-in person or machine may do. Nothing is allowed that is not listed here. */
export const Right = z.enum([
  'calls:read',
  'calls:end',
  'payments:read',
  'payments:take',
  /** Capture and void: what an agent on the call may finish or undo. */
  'payments:settle',
  /** Give money back. */
  'payments:refund',
  'reconciliations:read',
  'reconciliations:run',
  'connections:read',
  'connections:manage',
  /** Say which record of the CRM a payment belongs to. */
  'records:name',
  'endpoints:read',
  'endpoints:manage',
  /** How the gateways do. */
  'platform:read',
  'receipts:read',
  'receipts:manage',
])
export type Right = z.infer<typeof Right>
