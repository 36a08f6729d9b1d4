import { defineConfig } from 'vitest/config'

/**
 * Kinds of test, told apart by their file name:
 *   *.test.ts          unit and property tests: no process, no socket beyond a Unix one; with types and lint under a minute
 *                      (`npm run check`). Those of control and the CRMs (project `core`) start all of it on a store, and take another
 *   *.process.test.ts  start real processes of the platform on loopback
 *   *.browser.test.ts  drive Debian's Chromium
 *   *.sip.test.ts      calls through Debian's Kamailio, with SIPp at both ends
 * and once more, in the project `postgres`, every unit test that keeps rows, on Debian's PostgreSQL instead of SQLite.
 */
const slow = { testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false }
/** One kind after the other: what runs in real time must not share the machine with what uses all of it. */
const turn = (groupOrder: number) => ({ sequence: { groupOrder } })

export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/**/*.process.test.ts',
            'test/**/*.browser.test.ts',
            'test/**/*.sip.test.ts',
            'test/control/**',
            'test/crm/**',
          ],
          testTimeout: 20_000,
          // On two cores the default is one worker, and `npm run check` waits for it.
          maxWorkers: '100%',
          ...turn(0),
        },
      },
      {
        test: {
          name: 'core',
          include: ['test/control/**/*.test.ts', 'test/crm/**/*.test.ts'],
          exclude: ['test/**/*.process.test.ts', 'test/**/*.browser.test.ts', 'test/**/postgres.test.ts'],
          testTimeout: 20_000,
          maxWorkers: '100%',
          ...turn(1),
        },
      },
      {
        test: {
          name: 'postgres',
          include: [
            ...[
              'auth',
              'connections',
              'exports',
              'gateway-events',
              'outbox',
              'payments',
              'plans',
              'receipts',
              'reconciliation',
              'store',
            ].map((room) => `test/control/${room}/**/*.test.ts`),
            'test/crm/**/*.test.ts',
          ],
          exclude: ['test/**/*.process.test.ts', 'test/**/*.browser.test.ts'],
          globalSetup: 'test/support/postgres.global-setup.ts',
          setupFiles: 'test/support/postgres.setup.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          ...turn(2),
        },
      },
      // Calls in real time wait most of theirs: those of one file that say so are on the line together.
      {
        test: {
          name: 'process',
          include: ['test/**/*.process.test.ts'],
          maxConcurrency: 10,
          ...{ ...slow, ...turn(3) },
        },
      },
      { test: { name: 'sip', include: ['test/**/*.sip.test.ts'], ...slow, ...turn(4) } },
      { test: { name: 'browser', include: ['test/**/*.browser.test.ts'], ...slow, ...turn(5) } },
    ],
  },
})
