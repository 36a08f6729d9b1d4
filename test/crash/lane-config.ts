import path from 'node:path'
import { controlConfig } from '../control/http/control-neighbours.ts'
import { gatewayKey, linkToken, type Peers } from './peers.ts'

export const merchantId = 'mer_crash'
export const apiKey = `tw_test_${'c'.repeat(32)}`
export const number = '+441632960001'
export const authToken = 'twilio token of the crash runs'
export const publicUrl = 'https://pay.test'

export type LaneConfig = {
  readonly folder: string
  readonly peers: Peers
  readonly databaseFile: string
  readonly databaseUrl: string | null
}

/** Control's configuration in a lane: everything on loopback, one merchant, and time for a busy machine. */
export function laneConfig({ folder, peers, databaseFile, databaseUrl }: LaneConfig): object {
  const base = controlConfig({ folder, port: 0 })
  const { gatewayOrigin, carrierOrigin, merchant } = peers
  const [gateway] = base.gateways
  const caFile = path.join(folder, 'ca.pem')
  return {
    ...base,
    publicUrl,
    logLevel: 'silent',
    databaseFile,
    databaseUrl,
    // The merchant is on loopback, where production lets nobody have us dial.
    egress: { ports: null, allow: ['127.0.0.0/8'] },
    vault: { ...base.vault, token: linkToken },
    bridge: { ...base.bridge, token: linkToken },
    gateways: [{ ...gateway, origin: gatewayOrigin, apiKey: gatewayKey, caFile, timeoutMs: 20_000 }],
    twilio: {
      ...base.twilio,
      authToken,
      apiOrigin: carrierOrigin,
      numbers: [{ number, merchantId, agentAddress: 'client:agent' }],
    },
    merchants: [
      {
        id: merchantId,
        name: 'Crash',
        gatewayId: 'sandbox',
        agents: [],
        apiKeys: [{ name: 'k', key: apiKey }],
        webhookEndpoints: [{ url: merchant.url, secret: merchant.secret }],
      },
    ],
  }
}
