import type { Check } from './check.ts'
import { followUpAmountChecks } from './follow-up-amount-checks.ts'
import { forgetChecks } from './forget-checks.ts'
import { keptCardChecks } from './kept-card-checks.ts'
import { readingChecks } from './reading-checks.ts'
import { webhookChecks } from './webhook-checks.ts'
import { wireFieldChecks } from './wire-field-checks.ts'
import { writingChecks } from './writing-checks.ts'

export const checks: readonly Check[] = [
  ...readingChecks,
  ...writingChecks,
  ...followUpAmountChecks,
  ...keptCardChecks,
  ...forgetChecks,
  ...webhookChecks,
  ...wireFieldChecks,
]
