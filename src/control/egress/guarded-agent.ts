import { isIP, isIPv4, type LookupFunction } from 'node:net'
import { Agent, buildConnector } from 'undici'
import { type AddressGuard, AddressRefused } from './address-guard.ts'
import type { ResolveHost } from './resolve-host.ts'

export type GuardedAgentOptions = {
  readonly guard: AddressGuard
  readonly resolve: ResolveHost
  /** To connect, with TLS; then to the head of the answer, and between two parts of its body; in ms. */
  readonly connectMs: number
  readonly answerMs: number
}

/**
 * An HTTP agent for addresses that merchants choose. The guard sits where the connection is made: the name is looked
 * up once, every address that it has is checked, and the socket dials one of these very addresses. A name that changes
 * its answer between check and use (DNS rebinding) has nothing in between to change it in. Redirects are never
 * followed by `request`, which is what is used with it.
 */
export function createGuardedAgent({ guard, resolve, connectMs, answerMs }: GuardedAgentOptions): Agent {
  const connect = buildConnector({ timeout: connectMs, lookup: guardedLookup(guard, resolve) })
  return new Agent({
    connect: (options, callback) => {
      try {
        const { hostname, port, protocol } = options
        guard.checkPort(Number(port) || (protocol === 'https:' ? 443 : 80))
        // Sockets do not look up what is an address already.
        const literal = hostname.replace(/^\[|\]$/g, '')
        if (isIP(literal) !== 0) guard.checkAddress(literal)
      } catch (error) {
        callback(error as Error, null)
        return
      }
      connect(options, callback)
    },
    headersTimeout: answerMs,
    bodyTimeout: answerMs,
    // Whoever sends keeps a bound of its own for each target: one that hangs must not take the places of another
    // that happens to live at the same origin.
    connections: null,
  })
}

/**
 * A lookup for sockets. One closed address refuses the whole name: a name that points into our network and out of it
 * is up to no good.
 */
function guardedLookup(guard: AddressGuard, resolve: ResolveHost): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const wanted = addresses
          .map((address) => ({ address, family: isIPv4(address) ? 4 : 6 }))
          .filter(({ family }) => !options.family || family === familyOf(options.family))
        const [first] = wanted
        if (!first || !addresses.every((address) => guard.isOpen(address)))
          callback(first ? new AddressRefused() : notFound(), '', 4)
        else if (options.all) callback(null, wanted)
        else callback(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 4),
    )
  }
}

function familyOf(family: number | string): number {
  return family === 'IPv6' || family === 6 ? 6 : 4
}

function notFound(): NodeJS.ErrnoException {
  return Object.assign(new Error('the name has no address of the wanted family'), { code: 'ENOTFOUND' })
}
