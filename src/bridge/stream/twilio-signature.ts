import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Secret } from '../../base/secret.ts'

/**
 * Checks the `X-Twilio-Signature` of a stream's upgrade: base64 of HMAC-SHA1 over the URL as Twilio was told it, with
 * the account's auth token, and no parameters (https://www.twilio.com/docs/usage/security). What Twilio signs may
 * differ from the configured URL in a port that goes without saying and in a slash at the end.
 */
export class TwilioSignature {
  readonly #expected: readonly Buffer[]

  constructor(streamUrl: string, authToken: Secret) {
    const sign = (url: string) =>
      Buffer.from(createHmac('sha1', authToken.reveal()).update(url, 'utf8').digest('base64'), 'latin1')
    this.#expected = spellings(streamUrl).map(sign)
  }

  isGenuine(header: string | undefined): boolean {
    const given = Buffer.from(header ?? '', 'latin1')
    let genuine = false
    for (const expected of this.#expected)
      if (given.length === expected.length && timingSafeEqual(given, expected)) genuine = true
    return genuine
  }
}

/** The ways in which Twilio may spell a URL, at most twelve. */
export function spellings(streamUrl: string): string[] {
  const parts = /^([a-z]+):\/\/([^/?#]*?)(?::(\d+))?(\/[^?#]*)?$/i.exec(streamUrl)
  if (!parts) return [streamUrl]
  const [, scheme = '', host = '', port = '', path = ''] = parts
  const bare = path.replace(/\/$/, '')
  // Twilio's own validators try each URL without its port, and with the scheme's usual one.
  const ports = new Set([port, '', scheme.toLowerCase() === 'ws' ? '80' : '443'])
  const all = [...ports].flatMap((each) =>
    [bare, `${bare}/`].map((end) => `${scheme}://${host}${each && `:${each}`}${end}`),
  )
  return [...new Set([streamUrl, ...all])]
}
