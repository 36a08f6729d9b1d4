import path from 'node:path'
import type { z } from 'zod'
import { silentLog } from '../../../src/base/log.ts'
import type { EventOf } from '../../../src/base/rpc/rpc-schema.ts'
import { type RpcPeer, type RpcServer, serveRpc } from '../../../src/base/rpc/rpc-server.ts'
import { Secret } from '../../../src/base/secret.ts'
import { type BridgeContract, bridgeContract } from '../../../src/contracts/bridge-port.ts'
import type { ControlConfig } from '../../../src/contracts/process-config/control-config.ts'
import { vaultContract } from '../../../src/contracts/vault-port.ts'
import { testSealingKey } from '../../support/sealing-key.ts'

export type ControlInput = z.input<typeof ControlConfig>

export const apiKey = `tw_test_${'p'.repeat(32)}`
export const password = 'a password of the test'
export const linkToken = 't'.repeat(43)

export type Neighbours = {
  readonly servers: readonly RpcServer[]
  /** The bridge says this to control. */
  say(event: EventOf<BridgeContract>): void
}

/** Control's configuration with one merchant, everything on loopback. */
export function controlConfig({
  folder,
  port,
}: {
  readonly folder: string
  readonly port: number
}): ControlInput {
  return {
    mode: 'sandbox',
    logLevel: 'debug',
    listen: { host: '127.0.0.1', port },
    publicUrl: `http://127.0.0.1:${port}`,
    databaseFile: path.join(folder, 'data', 'tonewall.sqlite'),
    vault: { socketPath: path.join(folder, 'vault.sock'), token: linkToken },
    bridge: {
      socketPath: path.join(folder, 'bridge.sock'),
      token: linkToken,
      streamUrl: 'ws://127.0.0.1:1/streams/twilio',
    },
    gateways: [
      {
        id: 'sandbox',
        connector: 'sandbox',
        origin: 'https://localhost:1',
        apiKey: 'sk_sandbox_key_of_the_test',
        caFile: null,
        timeoutMs: 1_000,
      },
    ],
    collection: {
      fields: ['pan', 'expiry', 'csc'],
      acceptedBrands: null,
      limits: { firstDigitMs: 20_000, betweenDigitsMs: 5_000, wholeMs: 300_000 },
    },
    twilio: {
      accountSid: `AC${'0'.repeat(32)}`,
      authToken: 'twilio token of the test',
      apiOrigin: 'http://127.0.0.1:1',
      numbers: [],
    },
    merchants: [
      {
        id: 'mer_test',
        name: 'Test',
        gatewayId: 'sandbox',
        agents: [{ email: 'a@test.example', name: 'A', role: 'admin', password }],
        apiKeys: [{ name: 'k', key: apiKey }],
        webhookEndpoints: [],
      },
    ],
    session: { idleMinutes: 30, longestHours: 12 },
    deskDir: path.join(folder, 'desk'),
    carrierUrl: null,
    sealingKeys: [{ id: 'test', key: testSealingKey.key.reveal() }],
  }
}

/** A bridge and a vault on their sockets, which do as they are told and hold no call and no card. */
export async function neighbours(folder: string): Promise<Neighbours> {
  const peers = new Set<RpcPeer<BridgeContract>>()
  const link = (name: string) => ({
    socketPath: path.join(folder, name),
    token: new Secret(linkToken),
    log: silentLog,
  })
  const nothing = async () => null
  const bridge = await serveRpc({
    ...link('bridge.sock'),
    contract: bridgeContract,
    onPeer: (peer) => void peers.add(peer),
    onPeerGone: (peer) => void peers.delete(peer),
    handlers: {
      'expect-leg': nothing,
      'expect-transfer': async ({ token }) => ({ dial: `8000${token}` }),
      mask: nothing,
      'route-digits': nothing,
      'stop-digits': nothing,
      unmask: nothing,
      play: nothing,
      'stop-playing': nothing,
      'take-keys': nothing,
      'drop-keys': nothing,
      'mute-caller': nothing,
      'call-agent': nothing,
      release: nothing,
      snapshot: async () => ({ calls: [] }),
    },
  })
  const refuse = async () => {
    throw new Error('no collection here')
  }
  const vault = await serveRpc({
    ...link('vault.sock'),
    contract: vaultContract,
    handlers: {
      'open-collection': refuse,
      'clear-field': nothing,
      restart: nothing,
      extend: nothing,
      suspend: nothing,
      send: refuse,
      'answer-posted': async () => null,
      discard: nothing,
      list: async () => ({ collectionIds: [] }),
      posture: async () => ({ platform: 'test', protections: [] }),
    },
  })
  return {
    servers: [bridge, vault],
    say: (event) => {
      for (const peer of peers) peer.send(event)
    },
  }
}
