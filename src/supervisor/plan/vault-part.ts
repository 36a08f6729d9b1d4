import path from 'node:path'
import type { z } from 'zod'
import type { VaultConfig } from '../../contracts/process-config/vault-config.ts'
import { gatewaysOf } from './gateways-part.ts'
import { common, type Link, type PlanInput } from './plan-input.ts'

export function vaultPart(input: PlanInput, link: Link): z.input<typeof VaultConfig> {
  const { warm, maxCollections, cardUid, modulus } = input.config.vault
  return {
    ...common(input.config),
    ...link,
    runDir: path.join(input.runDir, 'digits'),
    cardEntry: path.join(input.packageDir, 'dist', 'vault', 'bundle', 'card.cjs'),
    warm,
    maxCollections,
    cardUid,
    modulus,
    gateways: gatewaysOf(input).map(({ connector, origin, caFile }) => ({ connector, origin, caFile })),
    payDoor: payDoorPart(input),
  }
}

function payDoorPart({ config, packageDir }: PlanInput): z.input<typeof VaultConfig>['payDoor'] {
  if (!config.payDoor) return null
  const { host, port, publicUrl, doors, ...rest } = config.payDoor
  return {
    ...rest,
    listen: { host, port },
    entry: path.join(packageDir, 'dist', 'vault', 'bundle', 'door.cjs'),
    doors: doors.map(({ merchant: _, gateway, signingToken, ...door }) => {
      const { connector, origin } = config.gateways.find(({ id }) => id === gateway) ?? noGateway()
      const signing = signingToken === null ? null : { token: signingToken, publicOrigin: publicUrl ?? '' }
      return { ...door, signing, connector, origin }
    }),
  }
}

function noGateway(): never {
  throw new Error('the configuration was not checked')
}
