import { randomBytes } from 'node:crypto'
import { type Keying, type Mki, masterKeyOctets, masterSaltOctets, type Suite, suites } from './suite.ts'

/** One `a=crypto:` line that can be used (RFC 4568 §4). */
export type CryptoLine = { readonly tag: number; readonly keying: Keying }

const lineForm = /^a=crypto:(\d{1,9}) (\S+) (\S+)((?: \S+)*) *$/i
const inlineForm = /^inline:([A-Za-z0-9+/]{40})(?:\|(?:2\^)?\d{1,15})?(?:\|(\d{1,10}):(\d{1,3}))?$/
/** Parameters that change nothing for us: a key that is never derived anew, and a hint for the replay window. */
const harmless = /^(KDR=0|WSH=\d+|-\S+)$/i
const largestMkiOctets = 4

/**
 * The `a=crypto:` lines of a stream that can be used, in their order. A line with a suite, a parameter or a form of
 * key that is not spoken is passed over, as RFC 4568 §7.1.2 asks: another may be meant for us.
 */
export function readCryptoLines(lines: readonly string[]): CryptoLine[] {
  return lines.flatMap((line) => {
    const match = lineForm.exec(line)
    if (!match) return []
    const suite = suites.find((known) => known === match[2]!.toUpperCase())
    const keying = suite && readKeying(suite, match[3]!)
    const parameters = match[4]!.split(' ').filter(Boolean)
    if (!keying || !parameters.every((parameter) => harmless.test(parameter))) return []
    return [{ tag: Number(match[1]), keying }]
  })
}

export function writeCryptoLine({ tag, keying }: CryptoLine): string {
  const { suite, inline, mki } = keying
  return `a=crypto:${tag} ${suite} inline:${inline}${mki ? `|2^48|${mki.value}:${mki.octets}` : ''}`
}

/** A key of ours: never the one that somebody else sends with. */
export function newKeying(suite: Suite): Keying {
  return { suite, inline: randomBytes(masterKeyOctets + masterSaltOctets).toString('base64') }
}

function readKeying(suite: Suite, keyParameters: string): Keying | undefined {
  const match = inlineForm.exec(keyParameters)
  if (!match) return undefined
  const mki = readMki(match[2], match[3])
  return mki === null ? undefined : { suite, inline: match[1]!, ...(mki ? { mki } : {}) }
}

/** Undefined: there is none; null: one that is not spoken. */
function readMki(value: string | undefined, octets: string | undefined): Mki | null | undefined {
  if (value === undefined || octets === undefined) return undefined
  const mki = { value: Number(value), octets: Number(octets) }
  const fits = mki.octets > 0 && mki.octets <= largestMkiOctets && mki.value < 256 ** mki.octets
  return fits ? mki : null
}
