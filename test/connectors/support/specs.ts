import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { it } from 'vitest'

const top = path.resolve(import.meta.dirname, '..', '..', '..')

/** The gateways' own descriptions, which are not part of the repository: `SPECS_DIR`, or beside it. */
const specsDir = process.env.SPECS_DIR ?? path.resolve(top, '..', 'shared', 'specs')

/**
 * Whether the description is there. Where it is not, a test says so and the rest is skipped; under CI it fails, as what
 * was never compared would look as good as what was.
 */
export function hasSpec(name: string): boolean {
  const isThere = existsSync(path.join(specsDir, name))
  if (isThere) return true
  if (process.env.CI === 'true')
    it(`needs ${name}`, () => {
      throw new Error(`${name} is missing: set SPECS_DIR to the folder of the gateways' descriptions`)
    })
  else
    it.skip(`not compared with ${name}: set SPECS_DIR to the folder of the gateways’ descriptions`, () => {})
  return false
}

export const specPath = (name: string): string => path.join(specsDir, name)

export const readSpec = (name: string): unknown => JSON.parse(readFileSync(specPath(name), 'utf8'))
