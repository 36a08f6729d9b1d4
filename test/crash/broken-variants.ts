import type { LoadHookSync } from 'node:module'

type Change = { readonly file: string; readonly from: string; readonly to: string }

/** Mistakes that others have made, put into our own sources as they are loaded: the crash runs must find them. */
const variants: Readonly<Record<string, Change>> = {
  /** No answer is taken for "failed": the agent tries again, with another attempt and another key. */
  'new-key-on-retry': {
    file: '/src/control/payments/settlement.ts',
    from: "case 'unknown':",
    to: `case 'unknown':
      return settledBy(attempt, { kind: 'not-sent', because: outcome.because })
    case 'never' as never:`,
  },
  /** A capture, void or refund is sent again under another key: the gateway takes it for another one. */
  'new-key-on-resend': {
    file: '/src/control/payments/follow-up.ts',
    from: 'idempotencyKey: operation.idempotency_key,',
    to: 'idempotencyKey: operation.idempotency_key + Math.random(),',
  },
}

/** A module hook that makes the named mistake; throws when there is none of the name, or its place is gone. */
export function brokenVariants(name: string): LoadHookSync {
  const change = variants[name]
  if (!change) throw new Error(`no such variant: ${name}; there are: ${Object.keys(variants).join(', ')}`)
  return (url, context, nextLoad) => {
    const loaded = nextLoad(url, context)
    if (!url.endsWith(change.file)) return loaded
    const source = String(loaded.source)
    if (source.split(change.from).length !== 2) throw new Error(`${name}: its place is not where it was`)
    return { ...loaded, source: source.replace(change.from, change.to) }
  }
}
