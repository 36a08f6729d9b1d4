import type { PlanStatus } from '../../contracts/plans.ts'

/** Plans and their runs: migrations 0015 and 0016. Every row names its merchant. */
export type PlanTables = { plans: PlanTable; plan_runs: PlanRunTable }

export type PlanTable = {
  id: string
  merchant_id: string
  kind: 'renewal' | 'instalments' | 'balance'
  status: PlanStatus
  because: string | null
  customer: string
  gateway: string
  stored_card_id: string | null
  first_payment_id: string | null
  reference: string
  description: string | null
  currency: string
  amount_minor: number
  count: number | null
  /** JSON: PlanSchedule. */
  schedule: string
  /** JSON: Dunning. */
  dunning: string
  next_run: number
  /** Which date of the schedule the next run falls on. */
  next_index: number
  /** The card whose expiry the merchant was told of. */
  notice: string | null
  /** When there is something to look at, epoch ms; null: nothing before somebody changes it. */
  next_at: number | null
  /** Another process has it until then. */
  leased_until: number
  version: number
  created_at: number
  updated_at: number
}

export type PlanRunTable = {
  merchant_id: string
  plan_id: string
  number: number
  due_at: number
  amount_minor: number
  state: 'open' | 'paid' | 'failed' | 'skipped'
  payment_id: string
  /** Of its payment's tries, those before this series of dunning began. */
  tries_before: number
  because: string | null
  created_at: number
  updated_at: number
}
