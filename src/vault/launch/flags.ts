/** Flags of the nursery and of card processes. */
const common = [
  '--no-warnings',
  '--permission',
  '--allow-ffi',
  '--disable-sigusr1',
  '--no-addons',
  // Otherwise OpenSSL wants the system's file, and does not start when it may not read it.
  '--openssl-config=/dev/null',
  '--v8-pool-size=1',
  // Keeps Node from reading the 150 certificates that come with it at every start: 5 ms and 1.5 MB (card/gateway-trust.ts).
  '--use-openssl-ca',
] as const

/**
 * In MB, both halves alike. Starting takes 1.3 MB of it: with half as much V8 collects once on the way, keeps what it
 * copied from, and every waiting process is 1 MB larger. A half is only taken from the system as far as it is used.
 */
const youngGeneration = ['--min-semi-space-size=2', '--max-semi-space-size=2'] as const

/** Of the nursery, which starts others, and runs a few lines of ours on nothing from outside. */
export function nurseryFlags(readable: readonly string[]): string[] {
  return [...common, '--allow-child-process', ...readable.map(toFlag)]
}

/**
 * Of the card process. `ffi` is for sealing itself, and dropped by it. Code from strings is refused by the card process
 * itself (`code-from-strings.ts`): V8's own flag for it makes V8 throw Node's code cache away, and every start 12 ms dearer.
 */
export function cardFlags(readable: readonly string[]): string[] {
  return [
    ...common,
    '--disable-proto=delete',
    '--max-old-space-size=64',
    ...youngGeneration,
    ...readable.map(toFlag),
  ]
}

function toFlag(path: string): string {
  return `--allow-fs-read=${path}`
}
