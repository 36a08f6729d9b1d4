import { readFileSync } from 'node:fs'
import type { VaultConfig } from '../contracts/process-config/vault-config.ts'
import { ModulusLineUnreadable, readSubstitutes, readWeights } from './card/bank/modulus-table.ts'
import type { ModulusFiles } from './card-messages.ts'
import { ModulusFileUnreadable } from './vault-errors.ts'

/** The merchant's two files, both known to be in order; null when the configuration names none. */
export function readModulusFiles({ modulus }: VaultConfig): ModulusFiles | null {
  if (modulus === null) return null
  const { weightsFile, substitutesFile } = modulus
  return {
    weights: checked('weightsFile', weightsFile, readWeights),
    substitutes: substitutesFile === null ? '' : checked('substitutesFile', substitutesFile, readSubstitutes),
  }
}

function checked(key: 'weightsFile' | 'substitutesFile', file: string, read: (text: string) => unknown) {
  try {
    const text = readFileSync(file, 'latin1')
    read(text)
    return text
  } catch (error) {
    throw new ModulusFileUnreadable(key, error instanceof ModulusLineUnreadable ? error.line : null)
  }
}
