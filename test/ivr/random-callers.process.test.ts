import { expect, it } from 'vitest'
import { runRandomDay } from './support/random-day.ts'

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
const callers = 20

/** The short run; `npm run test:ivr` has two hundred. */
it(`${callers} random callers without an agent: ledger and payments agree, nobody is left on the line (seed ${seed})`, async () => {
  const { reports, wrong, prompts } = await runRandomDay({ callers, atOnce: 10, seed })
  expect(wrong).toEqual([])
  expect(reports).toHaveLength(callers)
  expect(prompts).toBeGreaterThan(callers * 2)
}, 600_000)
