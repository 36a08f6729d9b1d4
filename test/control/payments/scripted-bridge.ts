import type { z } from 'zod'
import { silentLog } from '../../../src/base/log.ts'
import { RequestRefused } from '../../../src/base/rpc/rpc-client.ts'
import { type RpcPeer, type RpcServer, serveRpc } from '../../../src/base/rpc/rpc-server.ts'
import type { Secret } from '../../../src/base/secret.ts'
import {
  type BridgeContract,
  type BridgeEvent,
  bridgeContract,
  type CallView,
  type LegView as LegSchema,
} from '../../../src/contracts/bridge-port.ts'

type LegView = z.infer<typeof LegSchema>

export type ScriptedPeerOptions = {
  readonly socketPath: string
  readonly token: Secret
  /** What was asked of all peers, in the order in which it arrived. */
  readonly journal: string[]
}

/** A bridge that answers by the contract, on a real socket, and remembers what it was told. */
export class ScriptedBridge {
  /** callId → the collection its digits go to, if any; a call that is here is masked. */
  readonly masked = new Map<string, string | undefined>()
  readonly refused = new Map<string, string>()
  /** callId → the legs that it shows in a snapshot; none unless a test puts them here. */
  readonly legs = new Map<string, readonly LegView[]>()
  readonly #options: ScriptedPeerOptions
  readonly #peers = new Set<RpcPeer<BridgeContract>>()
  #server: RpcServer | undefined

  constructor(options: ScriptedPeerOptions) {
    this.#options = options
  }

  get isUp(): boolean {
    return this.#server !== undefined
  }

  async start(): Promise<void> {
    const { socketPath, token, journal } = this.#options
    const heard = (method: string) => {
      journal.push(method)
      const code = this.refused.get(method)
      if (code) throw new RequestRefused(code)
    }
    this.#server = await serveRpc({
      contract: bridgeContract,
      socketPath,
      token,
      log: silentLog,
      onPeer: (peer) => void this.#peers.add(peer),
      onPeerGone: (peer) => void this.#peers.delete(peer),
      handlers: {
        'expect-transfer': ({ token }) => ({ dial: `8000${token}` }),
        'expect-leg': () => null,
        play: ({ audio }) => {
          heard(`play ${audio.join(' ')}`)
          return null
        },
        'stop-playing': () => null,
        'take-keys': () => null,
        'drop-keys': () => null,
        'mute-caller': ({ muted }) => {
          heard(muted ? 'mute-caller' : 'unmute-caller')
          return null
        },
        'call-agent': () => null,
        mask: ({ callId }) => {
          heard('mask')
          this.masked.set(callId, this.masked.get(callId))
          return null
        },
        'route-digits': ({ callId, collectionId }) => {
          heard('route-digits')
          if (!this.masked.has(callId)) throw new RequestRefused('NOT_MASKED')
          this.masked.set(callId, collectionId)
          return null
        },
        'stop-digits': ({ callId }) => {
          heard('stop-digits')
          if (this.masked.has(callId)) this.masked.set(callId, undefined)
          return null
        },
        unmask: ({ callId }) => {
          heard('unmask')
          if (this.masked.get(callId)) throw new RequestRefused('DIGITS_ROUTED')
          this.masked.delete(callId)
          return null
        },
        release: () => null,
        snapshot: () => ({ calls: this.#views() }),
      },
    })
  }

  #views(): CallView[] {
    return [...new Set([...this.masked.keys(), ...this.legs.keys()])].map((callId) => {
      const collectionId = this.masked.get(callId)
      const legs = [...(this.legs.get(callId) ?? [])]
      return { callId, legs, masked: this.masked.has(callId), ...(collectionId ? { collectionId } : {}) }
    })
  }

  tell(event: BridgeEvent): void {
    for (const peer of this.#peers) peer.send(event)
  }

  /** As SIGKILL would: every connection ends at once. */
  async kill(): Promise<void> {
    await this.#server?.close()
    this.#server = undefined
  }
}
