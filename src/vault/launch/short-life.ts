import { setFlagsFromString } from 'node:v8'

/**
 * Tells V8 that this process ends in a moment: its code is interpreted, nothing is compiled to be fast later. Said by the process
 * itself once its modules are loaded, not by flags at its start: with those V8 throws Node's own code cache away, 11 ms dearer.
 */
export function expectShortLife(): void {
  for (const flag of ['--no-sparkplug', '--no-maglev', '--no-turbofan', '--no-regexp-peephole-optimization'])
    setFlagsFromString(flag)
}
