import type { Reporter, TestModule } from 'vitest/node'

/** Ends every run with one plain line, `tests: N passed, N failed, N skipped`, that any CI can read. */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandled.length, skipped: 0 }
    for (const module of modules) {
      const failedBefore = counts.failed
      for (const test of module.children.allTests()) {
        const state = test.result().state
        if (state === 'passed' || state === 'failed' || state === 'skipped') counts[state]++
      }
      // A file that cannot be loaded, or whose preparation fails, has no failed test to count, and still has failed.
      if (module.state() === 'failed' && counts.failed === failedBefore) counts.failed++
    }
    // After vitest's own summary, which is written in the same turn.
    process.on('exit', () => {
      process.stdout.write(
        `\ntests: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`,
      )
    })
  }
}
