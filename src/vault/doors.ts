import { createHash } from 'node:crypto'
import type { VaultConfig } from '../contracts/process-config/vault-config.ts'
import type { Door } from './door-messages.ts'
import type { AllowedGateway } from './pool.ts'
import { GatewayNotAllowed } from './vault-errors.ts'

export type PayDoorConfig = NonNullable<VaultConfig['payDoor']>

/** The doors as card processes know them: with the digest of the password, and the gateway that the card may go to. */
export function doorsOf(doors: PayDoorConfig['doors'], gateways: readonly AllowedGateway[]): Door[] {
  return doors.map(({ id, path, username, password, signing, connector, origin }) => {
    const gateway = gateways.find((one) => one.connector === connector && one.origin === origin)
    if (!gateway) throw new GatewayNotAllowed()
    const shown = Buffer.from(`${username}:${password.reveal()}`, 'utf8').toString('base64')
    return {
      ...{ id, path, connector, origin, ca: gateway.ca },
      credentialsSha256: createHash('sha256').update(shown, 'latin1').digest('hex'),
      signature: signing && { token: signing.token.reveal(), origin: signing.publicOrigin },
    }
  })
}
