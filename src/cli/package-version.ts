import { readFileSync } from 'node:fs'
import path from 'node:path'
import { packageDir } from '../supervisor/platform.ts'

/** The version in package.json. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(path.join(packageDir, 'package.json'), 'utf8')) as { version: string })
    .version
}
