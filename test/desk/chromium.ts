import { type Browser, chromium } from 'playwright-core'

/** Debian's Chromium, quiet: nothing is sent anywhere but to the test's own server. */
export function launchChromium(...more: string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
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
