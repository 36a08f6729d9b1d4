import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createLog } from '../../src/base/log.ts'
import { Secret } from '../../src/base/secret.ts'
import { startGateway } from '../../src/sandbox/gateway.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { GatewayClient } from './gateway-client.ts'

export const apiKey = 'sk_sandbox_for_tests_only'

/** A gateway on a free port of loopback, with a folder and a clock of its own. */
export async function runGateway() {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'tonewall-sandbox-'))
  const clock = new ManualClock(Date.now())
  const logLines: string[] = []
  const log = createLog({ process: 'sandbox', write: (line) => logLines.push(line) })
  const listen = { host: '127.0.0.1', port: 0 }
  const gateway = await startGateway({ listen, dataDir, apiKey: new Secret(apiKey), clock, log })
  const client = new GatewayClient({ port: gateway.port, dataDir, apiKey })
  const end = async () => {
    await gateway.stop(0)
    rmSync(dataDir, { recursive: true, force: true })
  }
  return { client, clock, dataDir, end, gateway, logLines }
}

export type RunningGateway = Awaited<ReturnType<typeof runGateway>>

export const goodCard = { number: '4242424242424242', expiryMonth: '12', expiryYear: '2034', csc: '123' }

let count = 0

/** A sale of £10.50 with a reference of its own. */
export function sale(changes: object = {}) {
  const ourReference = `att_test_${++count}`
  const base = { amount: 1050, currency: 'GBP', ourReference, merchantReference: 'order-7', capture: true }
  return { ...base, card: goodCard, ...changes }
}
