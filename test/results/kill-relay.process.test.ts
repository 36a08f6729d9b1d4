import { execFile } from 'node:child_process'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

/** As `npm run test:results` does, with fewer kills. Answers its exit code and what it printed. */
function killRuns(...options: string[]): Promise<{ code: number; out: string }> {
  const main = path.resolve(import.meta.dirname, 'main.ts')
  return new Promise((resolve) => {
    execFile(process.execPath, ['--no-warnings', main, ...options], { env: {} }, (error, out) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out })
    })
  })
}

describe('a relay that is killed among its deliveries', () => {
  it.each(['sqlite', 'postgres'])(
    'leaves nothing out, doubles nothing and keeps the order on %s',
    async (store) => {
      const { code, out } = await killRuns(
        '--kills',
        '12',
        '--events',
        '120',
        '--store',
        store,
        '--seed',
        '7',
      )
      expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('killed 12 times') })
      expect(out).not.toContain('BROKEN')
    },
    300_000,
  )
})
