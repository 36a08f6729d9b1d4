import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import type { Running } from '../base/child-process.ts'
import { type Clock, systemClock } from '../base/clock.ts'
import { createLog, type Log } from '../base/log.ts'
import { type RpcHandlers, serveRpc } from '../base/rpc/rpc-server.ts'
import type { VaultConfig } from '../contracts/process-config/vault-config.ts'
import { type Posture, type VaultContract, vaultContract } from '../contracts/vault-port.ts'
import { prepareRunDir } from './digit-listener.ts'
import { certificatesIn, GatewayRoots } from './gateway-roots.ts'
import { missingIn, postureOf } from './launch/posture.ts'
import { type Nursery, openNursery } from './nursery.ts'
import { PayDoor } from './pay-door.ts'
import { hasPolicy } from './policy.ts'
import { type AllowedGateway, Pool } from './pool.ts'
import { readModulusFiles } from './read-modulus-files.ts'
import {
  CollectionUnknown,
  ConnectorWithoutPolicy,
  GatewayCaUnreadable,
  VaultDegraded,
} from './vault-errors.ts'
import { WarmCards } from './warm-cards.ts'

/**
 * Starts the pool, proves the sandbox on a first card process, and only then listens. Throws VaultDegraded in
 * production when a required protection is off.
 */
export async function startVault(config: VaultConfig): Promise<Running> {
  const clock = systemClock
  const log = createLog({ process: 'vault', level: config.logLevel })
  const gateways = config.gateways.map(readGateway)
  const modulus = readModulusFiles(config)
  prepareRunDir(config.runDir)
  const uid = process.getuid?.() === 0 ? config.cardUid : null
  const nursery = openNursery({ entry: config.cardEntry, uid })
  const cards = new WarmCards({ entry: config.cardEntry, nursery, warm: config.warm, clock, log })
  const findings = await cards.begin()
  const posture = postureOf({ findings, runDir: config.runDir, cardUid: uid })
  logPosture(posture, log)
  const missing = missingIn(posture)
  if (config.mode === 'production' && missing.length > 0) {
    await cards.close()
    nursery.close()
    throw new VaultDegraded(missing)
  }
  const { runDir, maxCollections } = config
  const pool = new Pool({ cards, gateways, runDir, maxCollections, modulus, clock, log })
  const doorCards = config.payDoor && (await startDoorCards(config, { nursery, clock, log }))
  const door =
    config.payDoor && doorCards
      ? new PayDoor({ config: config.payDoor, gateways, cards: doorCards, clock, log })
      : undefined
  const server = await serveRpc({
    contract: vaultContract,
    socketPath: config.socketPath,
    token: config.token,
    log,
    handlers: handlersOf({ pool, door, posture }),
    onPeer: (peer) => door?.ownerCame(peer),
    onPeerGone: (peer) => {
      pool.ownerGone(peer)
      door?.ownerGone(peer)
    },
  })
  await door?.listen()
  log.info({ count: config.warm }, 'vault ready')
  return {
    async stop() {
      // First the cards: whatever else takes its time, they are gone within a second.
      await Promise.all([
        pool.close('discarded'),
        door?.close('discarded'),
        cards.close(),
        doorCards?.close(),
      ])
      nursery.close()
      await server.close()
    },
  }
}

type Handled = { readonly pool: Pool; readonly door: PayDoor | undefined; readonly posture: Posture }

function handlersOf({ pool, door, posture }: Handled): RpcHandlers<VaultContract> {
  const isPosted = (collectionId: string) => door?.has(collectionId) === true
  return {
    'open-collection': (request, owner) => pool.open(request, owner),
    'clear-field': ({ collectionId, field }) => {
      pool.get(collectionId).order({ type: 'clear-field', field })
      return null
    },
    restart: ({ collectionId }) => {
      pool.get(collectionId).order({ type: 'restart' })
      return null
    },
    extend: ({ collectionId, byMs }) => {
      pool.get(collectionId).extend(byMs)
      return null
    },
    suspend: ({ collectionId, suspended }) => {
      pool.get(collectionId).suspend(suspended)
      return null
    },
    send: ({ collectionId, call, last }) =>
      (door && isPosted(collectionId) ? door.get(collectionId) : pool.get(collectionId)).send(call, last),
    'answer-posted': ({ collectionId, answer }) => {
      if (!door) throw new CollectionUnknown()
      door.get(collectionId).answer(answer)
      return null
    },
    discard: async ({ collectionId }) => {
      if (door && isPosted(collectionId)) await door.get(collectionId).stop('discarded')
      else await pool.discard(collectionId)
      return null
    },
    list: () => ({ collectionIds: pool.list() }),
    posture: () => posture,
  }
}

type Surroundings = { readonly nursery: Nursery; readonly clock: Clock; readonly log: Log }

/** The door's own processes, of its own entry; the first one is waited for, so that a wrong entry is found at the start. */
async function startDoorCards(config: VaultConfig, around: Surroundings): Promise<WarmCards | undefined> {
  if (!config.payDoor) return undefined
  const { entry, warm } = config.payDoor
  const cards = new WarmCards({ entry, warm, ...around })
  await cards.begin()
  return cards
}

function readGateway({ connector, origin, caFile }: VaultConfig['gateways'][number]): AllowedGateway {
  if (!hasPolicy(connector)) throw new ConnectorWithoutPolicy('a gateway of the configuration has no policy')
  if (caFile === null) return { connector, origin, ca: null, roots: new GatewayRoots(rootCertificates) }
  try {
    const ca = readFileSync(caFile, 'utf8')
    // Only to see that there is a certificate in it: the card process does the trusting.
    new X509Certificate(ca)
    return { connector, origin, ca, roots: new GatewayRoots(certificatesIn(ca)) }
  } catch {
    throw new GatewayCaUnreadable('the CA file of a gateway cannot be read')
  }
}

function logPosture({ protections }: Posture, log: Log): void {
  for (const { protection, on, because, required } of protections) {
    if (on) log.debug({ protection, reason: because }, 'protection on')
    else if (required) log.warn({ protection, reason: because }, 'required protection off')
    else log.info({ protection, reason: because }, 'protection off')
  }
}
