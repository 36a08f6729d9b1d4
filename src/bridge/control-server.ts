import type { Log } from '../base/log.ts'
import { type RpcPeer, type RpcServer, serveRpc } from '../base/rpc/rpc-server.ts'
import type { Secret } from '../base/secret.ts'
import { type BridgeContract, type BridgeEvent, bridgeContract } from '../contracts/bridge-port.ts'
import type { CallBook } from './call-book.ts'
import type { PromptLibrary } from './prompts/prompt-library.ts'
import type { ExpectedTransfer } from './sip/drachtio-app/transfer-book.ts'

export type ControlServerOptions = {
  readonly socketPath: string
  readonly token: Secret
  readonly log: Log
  readonly book: CallBook
  /** Settles with the number to dial. Throws NoTransfers. */
  readonly expectTransfer: (transfer: ExpectedTransfer) => string
  readonly prompts: Pick<PromptLibrary, 'get'>
  /** Calls an agent for a caller who is alone. Throws NoTransfers. */
  readonly callAgent: (callId: string, agent: string) => void
  /** Whoever has to hear of events: filled by the server. */
  readonly peers: ControlPeers
}

/** The controls that are connected now. An event that none hears is not kept: control asks for a snapshot. */
export class ControlPeers {
  readonly #peers = new Set<RpcPeer<BridgeContract>>()

  add(peer: RpcPeer<BridgeContract>): void {
    this.#peers.add(peer)
  }

  remove(peer: RpcPeer<BridgeContract>): void {
    this.#peers.delete(peer)
  }

  emit(event: BridgeEvent): void {
    for (const peer of this.#peers) peer.send(event)
  }
}

/** Serves `bridgeContract`. When control is lost nothing changes here: masks stay, and no collection can start. */
export function serveControl({
  socketPath,
  token,
  log,
  book,
  peers,
  expectTransfer,
  prompts,
  callAgent,
}: ControlServerOptions): Promise<RpcServer> {
  return serveRpc({
    contract: bridgeContract,
    socketPath,
    token,
    log,
    onPeer: (peer) => {
      peers.add(peer)
      log.info({}, 'control connected')
    },
    onPeerGone: (peer) => {
      peers.remove(peer)
      log.warn({}, 'control lost, masks stay')
    },
    handlers: {
      'expect-leg': (leg) => {
        book.expect(leg)
        return null
      },
      'expect-transfer': (transfer) => ({ dial: expectTransfer(transfer) }),
      mask: async ({ callId }) => {
        await book.get(callId).mask()
        return null
      },
      'route-digits': async ({ callId, ...route }) => {
        await book.get(callId).routeDigits(route)
        return null
      },
      'stop-digits': ({ callId, collectionId }) => {
        book.stopDigits(callId, collectionId)
        return null
      },
      unmask: async ({ callId, calmMs }) => {
        await book.get(callId).unmask(calmMs)
        return null
      },
      play: ({ callId, playId, audio, bargeIn }) => {
        book.get(callId).aids.play({ playId, audio: audio.map((ref) => prompts.get(ref)), bargeIn })
        return null
      },
      'stop-playing': ({ callId }) => {
        book.get(callId).aids.stopPlaying()
        return null
      },
      'take-keys': ({ callId, keys, most }) => {
        book.get(callId).aids.takeKeys({ keys, most })
        return null
      },
      'drop-keys': ({ callId }) => {
        book.get(callId).aids.dropKeys()
        return null
      },
      'mute-caller': ({ callId, muted }) => {
        book.get(callId).aids.mute(muted)
        return null
      },
      'call-agent': ({ callId, agent }) => {
        callAgent(callId, agent)
        return null
      },
      release: ({ callId }) => {
        book.release(callId)
        return null
      },
      snapshot: () => ({ calls: book.views() }),
    },
  })
}
