import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { describe } from 'vitest'

/** Debian's Chromium, unless the environment names another one. */
const executablePath = process.env.TONEWALL_CHROMIUM ?? '/usr/bin/chromium'
const isThere = existsSync(executablePath)
const mustBeThere = process.env.CI === 'true'

if (!isThere) {
  const what = mustBeThere ? 'failed' : 'SKIPPED'
  process.stderr.write(
    `browser tests ${what}: no Chromium at ${executablePath}; install it (apt-get install chromium), or set TONEWALL_CHROMIUM to its path\n`,
  )
}

/** `describe` for what needs a browser: skipped, with a word, where there is none; in CI it fails instead. */
export const describeInBrowser = describe.skipIf(!isThere && !mustBeThere)

/** A quiet Chromium: nothing is sent anywhere but to the test's own server. */
export function launchChromium(...more: string[]): Promise<Browser> {
  if (!isThere) throw new Error(`no Chromium at ${executablePath}`)
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  })
}
