import { codeOf } from '../../base/errors.ts'
import { NgPortTaken, NoTransfers } from '../bridge-errors.ts'
import { DialogFiles } from './drachtio-app/dialog-files.ts'
import { DrachtioApp } from './drachtio-app/drachtio-app.ts'
import { MediaAnchor } from './drachtio-app/media-anchor.ts'
import { createStack } from './drachtio-app/stack.ts'
import type { ExpectedTransfer } from './drachtio-app/transfer-book.ts'
import { EdgeClient } from './edge-client.ts'
import { NgCommands } from './ng-commands.ts'
import { NgServer } from './ng-server.ts'
import { SipCalls, type SipCallsOptions } from './sip-calls.ts'

export type SipEntry = {
  /** No further call is taken; those that are there go on. */
  stopAccepting(): void
  close(): void
  /** Settles with the number to dial. Throws NoTransfers. */
  expectTransfer(transfer: ExpectedTransfer): string
  /** Calls an agent for a caller who is alone. False when the call is not one that ends here without an agent. */
  callAgent(callId: string, agent: string): boolean
  /** Port of the NG protocol. */
  readonly port: number
}

/**
 * Starts the entry for calls over SIP: first the media of the calls that the last life of this process carried, for
 * every packet until then is lost, then the door for proxies, and the calls that end here.
 */
export async function startSip(options: Omit<SipCallsOptions, 'hangUp'>): Promise<SipEntry> {
  const { config, clock, log } = options
  const edges = new EdgeClient({ edges: config.edges, clock, log })
  let app: DrachtioApp | undefined
  const calls = new SipCalls({
    ...options,
    hangUp(ngCallId, dialog) {
      if (!app?.hangUp(ngCallId) && dialog) void edges.hangUp(dialog)
    },
  })
  await calls.recover()
  const commands = new NgCommands({ calls, clock, log })
  const server = new NgServer({ ...config.ng, peers: config.ngPeers, commands, clock, log })
  const port = await server.listen().catch((error: unknown) => {
    calls.close()
    throw codeOf(error) === 'EADDRINUSE' ? new NgPortTaken() : error
  })
  if (config.drachtio) {
    app = new DrachtioApp({
      ...{ ...config.drachtio, clock, log, stack: createStack() },
      anchor: new MediaAnchor(commands, calls),
      files: new DialogFiles(config.drachtio.dialogsDir, log),
      onAgentMissed: (callId) => options.emit({ type: 'agent-missed', callId }),
    })
    app.start()
  }
  return {
    port,
    expectTransfer(transfer) {
      if (!app) throw new NoTransfers()
      return app.expect(transfer)
    },
    callAgent: (callId, agent) => app?.callAgentFor(callId, agent) ?? false,
    stopAccepting() {
      commands.stopAccepting()
      app?.stopAccepting()
    },
    close() {
      app?.close()
      server.close()
      calls.close()
    },
  }
}
