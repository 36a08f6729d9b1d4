import { codeOf } from '../../base/errors.ts'
import { NgPortTaken } from '../bridge-errors.ts'
import { EdgeClient } from './edge-client.ts'
import { NgCommands } from './ng-commands.ts'
import { NgServer } from './ng-server.ts'
import { SipCalls, type SipCallsOptions } from './sip-calls.ts'

export type SipEntry = {
  /** No further call is taken; those that are there go on. */
  stopAccepting(): void
  close(): void
  /** Port of the NG protocol. */
  readonly port: number
}

/**
 * Starts the entry for calls over SIP: first the media of the calls that the last life of this process carried, for
 * every packet until then is lost, and then the door for proxies.
 */
export async function startSip(options: Omit<SipCallsOptions, 'hangUp'>): Promise<SipEntry> {
  const { config, clock, log } = options
  const edges = new EdgeClient({ edges: config.edges, clock, log })
  const calls = new SipCalls({ ...options, hangUp: (dialog) => void edges.hangUp(dialog) })
  await calls.recover()
  const commands = new NgCommands({ calls, clock, log })
  const server = new NgServer({ ...config.ng, peers: config.ngPeers, commands, clock, log })
  const port = await server.listen().catch((error: unknown) => {
    calls.close()
    throw codeOf(error) === 'EADDRINUSE' ? new NgPortTaken() : error
  })
  return {
    port,
    stopAccepting: () => commands.stopAccepting(),
    close() {
      server.close()
      calls.close()
    },
  }
}
