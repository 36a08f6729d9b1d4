import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

/** A file of the package, by its path from the package's folder; undefined when this installation has none. */
export function readPackageFile(name: string): string | undefined {
  try {
    return readFileSync(path.join(packageDir(import.meta.dirname), name), 'utf8')
  } catch {
    return undefined
  }
}

export function packageVersion(): string {
  const text = readPackageFile('package.json')
  return z.object({ version: z.string() }).parse(JSON.parse(text ?? '{}')).version
}

/** Upwards from here, because sources and their compiled form lie at different depths. */
function packageDir(folder: string): string {
  try {
    readFileSync(path.join(folder, 'package.json'))
    return folder
  } catch (error) {
    const above = path.dirname(folder)
    if (above === folder) throw error
    return packageDir(above)
  }
}
