import { type BridgeContract, bridgeContract } from '../../contracts/bridge-port.ts'
import { linkTo, type PeerLink, type PeerLinkOptions } from './peer-link.ts'

export type BridgeClient = PeerLink<BridgeContract>

/** control → bridge, over bridge.sock. */
export function connectBridge(options: PeerLinkOptions): BridgeClient {
  return linkTo(bridgeContract, options)
}
