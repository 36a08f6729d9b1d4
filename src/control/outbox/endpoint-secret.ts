import type { Secret } from '../../base/secret.ts'
import type { Sealer } from '../secrets/sealer.ts'

/** Where the seal of an endpoint's secrets belongs; the one that is being replaced moves beside the new one as it is. */
export const endpointPlace = (endpointId: string) => `webhook_endpoints ${endpointId} secret`

export function sealEndpointSecret(sealer: Sealer, endpointId: string, secret: Secret): string {
  return sealer.seal(secret, endpointPlace(endpointId))
}

/** Undefined: sealed under a key that is gone, or sealed for another row. */
export function openEndpointSecret(sealer: Sealer, endpointId: string, sealed: string): Secret | undefined {
  try {
    return sealer.open(sealed, endpointPlace(endpointId))
  } catch {
    return undefined
  }
}
