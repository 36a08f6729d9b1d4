import { setFlagsFromString } from 'node:v8'

/**
 * Tells V8 that this process ends in a moment: its code is interpreted, nothing is compiled to be fast later. Said by the process
 * itself once its modules are loaded, not by flags at its start: with those V8 throws Node's own code cache away, 11 ms dearer.
 *
 * Regular expressions alone are compiled at once: V8 interprets their first use and compiles their second, and Node asks two of
 * 500 characters twice whether the gateway's name is an IP address.
 */
export function expectShortLife(): void {
  for (const flag of ['--no-sparkplug', '--no-maglev', '--no-turbofan', '--no-regexp-tier-up'])
    setFlagsFromString(flag)
}
