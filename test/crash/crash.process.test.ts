import { execFile } from 'node:child_process'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

/** As `npm run test:crash -- …`. Answers its exit code and what it printed. */
function crashRuns(...options: string[]): Promise<{ code: number; out: string }> {
  const main = path.resolve(import.meta.dirname, 'main.ts')
  return new Promise((resolve) => {
    execFile(process.execPath, ['--no-warnings', main, ...options], { env: {} }, (error, out) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out })
    })
  })
}

/** Twenty seconds on a free machine; a busy one makes the runs longer, and they say so. */
const mostMs = 600_000

describe('the crash runs', () => {
  it('agree with the ledger when control dies while the card is on its way', {
    timeout: mostMs,
  }, async () => {
    const options = ['--runs', '4', '--gateway', 'reset-after-commit', '--at-a-time', '2']
    const { code, out } = await crashRuns(...options)
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('runs 4 of 4') })
    expect(out).toContain('double authorisations 0')
  })

  it('agree with the ledger when control dies while a refund is at the gateway, and is then asked for again', {
    timeout: mostMs,
  }, async () => {
    const options = ['--runs', '4', '--point', 'refund: committed', '--gateway', 'reset-after-commit']
    const { code, out } = await crashRuns(...options, '--at-a-time', '2')
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringContaining('captures, voids and refunds 4: carried out twice 0, lost 0'),
    })
  })

  it('find a control that sends a refund again with a new key', { timeout: mostMs }, async () => {
    const options = ['--runs', '2', '--point', 'refund: committed', '--gateway', 'reset-after-commit']
    const { code, out } = await crashRuns(...options, '--at-a-time', '2', '--broken', 'new-key-on-resend')
    expect({ code, out }).toMatchObject({ code: 1, out: expect.stringMatching(/carried out twice [1-9]/) })
  })

  it('find a control that tries again with a new key', { timeout: mostMs }, async () => {
    const point = 'authorise: the gateway has committed'
    const options = ['--runs', '2', '--point', point, '--gateway', 'none', '--at-a-time', '2']
    const { code, out } = await crashRuns(...options, '--broken', 'new-key-on-retry')
    expect({ code, out }).toMatchObject({
      code: 1,
      out: expect.stringMatching(/double authorisations [1-9]/),
    })
  })
})
