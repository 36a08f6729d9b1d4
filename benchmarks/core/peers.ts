import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import type { GatewayCall } from '../../src/contracts/gateway-call.ts'
import type { OpenCollection, VaultEvent } from '../../src/contracts/vault-port.ts'
import type { BridgeClient } from '../../src/control/clients/bridge-client.ts'
import type { VaultClient } from '../../src/control/clients/vault-client.ts'
import { identityIn } from '../../src/sandbox/certificate-authority.ts'

/** A bridge that masks at once. What is measured is the core and its store, not the links. */
export const instantBridge = {
  up: true,
  call: async (method: string) => (method === 'snapshot' ? { calls: [] } : null),
  listen: () => () => {},
  close: () => {},
} as unknown as BridgeClient

/** A vault whose callers key a whole card at once, and whose gateway approves at once. */
export function instantVault(): VaultClient {
  const listeners = new Set<(event: VaultEvent) => void>()
  const tell = (event: VaultEvent) => {
    for (const listener of listeners) listener(event)
  }
  const card = { brand: 'visa', last4: '4242', expiryMonth: 12, expiryYear: 2034 } as const
  const answers: Record<string, (params: never) => unknown> = {
    'open-collection': ({ collectionId }: OpenCollection) => {
      setImmediate(() => tell({ type: 'collected', collectionId, card }))
      return { ticket: 't'.repeat(43), digitsPath: '/run/digits' }
    },
    send: ({ collectionId, call }: { collectionId: string; call: GatewayCall }) => {
      setImmediate(() => tell({ type: 'ended', collectionId, why: 'finished' }))
      return { kind: 'answered', status: 201, headers: {}, body: JSON.stringify(authorised(call)) }
    },
    list: () => ({ collectionIds: [] }),
  }
  return {
    up: true,
    call: async (method: string, params: never) => answers[method]?.(params) ?? null,
    listen: ({ onEvent }: { onEvent?: (event: VaultEvent) => void }) => {
      if (onEvent) listeners.add(onEvent)
      return () => void (onEvent && listeners.delete(onEvent))
    },
    close: () => {},
  } as unknown as VaultClient
}

function authorised({ body }: GatewayCall) {
  const literal = (name: string) => body?.fields.find((field) => field.path.join('.') === name)?.value
  const { ourReference, amount, currency } = {
    ourReference: String(literal('ourReference')),
    amount: Number(literal('amount')),
    currency: String(literal('currency')),
  }
  const approved = { outcome: 'approved', status: 'authorised', captured: false, authCode: 'A1B2C3' }
  return { id: `gw_${ourReference}`, ourReference, amount, currency, ...approved }
}

/** The gateway's other side: captures over real TLS, answered at once. */
export async function instantGateway(
  folder: string,
): Promise<{ origin: string; caFile: string; server: Server }> {
  const { certificate, key } = await identityIn({ dataDir: folder, hosts: ['127.0.0.1'], nowMs: Date.now() })
  const server = createServer({ cert: certificate, key }, async (request, response) => {
    const { amount, currency, ourReference } = JSON.parse(await text(request)) as Record<string, unknown>
    const authorisationId = /authorisations\/([^/]+)\//.exec(request.url ?? '')?.[1]
    const done = { kind: 'capture', state: 'done', authorisationId, amount, currency, ourReference }
    response.writeHead(201, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ id: `cap_${String(ourReference)}`, ...done }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { origin, caFile: path.join(folder, 'ca.pem'), server }
}
