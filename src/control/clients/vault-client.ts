import { type VaultContract, vaultContract } from '../../contracts/vault-port.ts'
import { linkTo, type PeerLink, type PeerLinkOptions } from './peer-link.ts'

export type VaultClient = PeerLink<VaultContract>

/**
 * control → vault, over vault.sock. A collection belongs to this connection: when it is lost, the vault discards
 * every card that was opened over it.
 */
export function connectVault(options: PeerLinkOptions): VaultClient {
  return linkTo(vaultContract, options)
}
