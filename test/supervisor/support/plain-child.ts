/** A process of the platform that does nothing: says that its code is loaded, and then what it was told. */
import { z } from 'zod'
import { runChild } from '../../../src/base/child-process.ts'

process.stdout.write(`loaded ${process.pid}\n`)
await runChild(z.strictObject({ name: z.string() }), async ({ name }) => {
  process.stdout.write(`${name} ${process.pid}\n`)
  // Something to stay alive for, as a process with a socket has.
  const timer = setInterval(() => {}, 1_000)
  return { stop: async () => clearInterval(timer) }
})
