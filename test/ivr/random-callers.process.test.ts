import { expect, it } from 'vitest'
import { runRandomDay } from './support/random-day.ts'

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)

/** The short run; `npm run test:ivr` has two hundred. */
it(`random callers without an agent: ledger and payments agree, nobody is left on the line (seed ${seed})`, async () => {
  const { reports, wrong, prompts } = await runRandomDay({ callers: 4, atOnce: 2, seed })
  expect(wrong).toEqual([])
  expect(reports).toHaveLength(4)
  expect(prompts).toBeGreaterThan(8)
}, 300_000)
