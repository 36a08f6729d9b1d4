/** Flags of both Node processes on the way to a card process. */
const common = [
  '--no-warnings',
  '--permission',
  '--allow-ffi',
  '--disable-sigusr1',
  '--no-addons',
  // Otherwise OpenSSL wants the system's file, and does not start when it may not read it.
  '--openssl-config=/dev/null',
  '--v8-pool-size=1',
] as const

/**
 * Of the launcher: it may become another program, which Node counts among child processes. It runs a few lines of
 * ours on nothing from outside, so it goes without the flags that make Node start 10 ms later (V8 throws its code
 * cache away when its own flags differ).
 */
export function launcherFlags(readable: readonly string[]): string[] {
  return [...common, '--allow-child-process', ...readable.map(toFlag)]
}

/** Of the card process. `ffi` is for sealing itself, and dropped by it. */
export function cardFlags(readable: readonly string[]): string[] {
  return [
    ...common,
    '--disable-proto=delete',
    '--disallow-code-generation-from-strings',
    '--max-old-space-size=64',
    '--max-semi-space-size=1',
    ...readable.map(toFlag),
  ]
}

function toFlag(path: string): string {
  return `--allow-fs-read=${path}`
}
