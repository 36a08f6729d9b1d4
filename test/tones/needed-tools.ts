import { spawnSync } from 'node:child_process'

/** Voices and mobile codecs come from Debian's packages of these names; without them there is nothing to measure. */
const tools = ['espeak-ng', 'sox'] as const

/** Ends the process with one line when a tool is missing. */
export function needTools(): void {
  const missing = tools.filter(
    (tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).error !== undefined,
  )
  if (missing.length === 0) return
  console.error(`missing: ${missing.join(', ')} (Debian packages of the same names)`)
  process.exit(2)
}
