/** The bridge with a sampling profiler in it: SIGUSR2 begins, and the next one prints where the time went. */
import { Session } from 'node:inspector/promises'
import path from 'node:path'

const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.setSamplingInterval', { interval: 200 })
let running = false

process.on('SIGUSR2', () => void toggle())

async function toggle(): Promise<void> {
  running = !running
  if (running) return void (await session.post('Profiler.start'))
  const { profile } = await session.post('Profiler.stop')
  const self = new Map<string, number>()
  const nameOf = new Map(
    profile.nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => [
      id,
      `${functionName || '(anonymous)'} ${path.basename(url)}:${lineNumber + 1}`,
    ]),
  )
  profile.samples?.forEach((id, i) => {
    const name = nameOf.get(id)!
    self.set(name, (self.get(name) ?? 0) + (profile.timeDeltas?.[i] ?? 0))
  })
  const idle = [...self].filter(([name]) => name.startsWith('(idle)')).reduce((sum, [, us]) => sum + us, 0)
  const all = [...self.values()].reduce((sum, us) => sum + us, 0) - idle
  const rows = [...self].filter(([name]) => !name.startsWith('(idle)')).sort(([, a], [, b]) => b - a)
  for (const [name, us] of rows.slice(0, 30))
    process.stdout.write(`${((100 * us) / all).toFixed(1).padStart(5)} %  ${name}\n`)
}

await import('../../src/bridge/main.ts')
