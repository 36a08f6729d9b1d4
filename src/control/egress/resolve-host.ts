import { Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'

/** All addresses of a name. Rejects when there is none. */
export type ResolveHost = (name: string) => Promise<readonly string[]>

const timeoutMs = 2_000
const tries = 2

/**
 * Asks the name servers of this machine. Not `dns.lookup`: that waits in one of four threads, and a name server that
 * never answers for one merchant's endpoint would hold up the names of all others.
 */
export function createResolveHost(): ResolveHost {
  const resolver = new Resolver({ timeout: timeoutMs, tries })
  return async (name) => {
    if (isIP(name) !== 0) return [name]
    if (name === 'localhost' || name.endsWith('.localhost')) return ['127.0.0.1', '::1']
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
    const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    if (found.length > 0) return found
    throw answers.find((answer) => answer.status === 'rejected')?.reason
  }
}
