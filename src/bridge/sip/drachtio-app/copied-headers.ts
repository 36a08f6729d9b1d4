import type { SipHeaders, SipMessage } from './stack.ts'

/**
 * Who calls, and how the call came here: what the next party needs to know as if we were not in between. RFC 8224, 3325,
 * 3323, 5806, 7044, 7433, 3892.
 */
const copied = [
  'Identity',
  'P-Asserted-Identity',
  'Remote-Party-ID',
  'Privacy',
  'Diversion',
  'History-Info',
  'User-to-User',
  'Referred-By',
]
const longest = 2_000

/** Headers of one party's INVITE that ours to the other repeats, unchanged. */
export function copiedHeaders(request: SipMessage): SipHeaders {
  const pairs = copied.flatMap((name) => {
    const value = request.get(name)
    const fits = value !== undefined && value.length <= longest && !hasControl(value)
    return fits ? [[name, value] as const] : []
  })
  return Object.fromEntries(pairs)
}

/** A line break in a value would begin a header of its own. */
function hasControl(value: string): boolean {
  return [...value].some((char) => char < ' ' && char !== '\t')
}
