import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { z } from 'zod'
import { systemClock } from '../base/clock.ts'
import { silentLog } from '../base/log.ts'
import { RpcClient } from '../base/rpc/rpc-client.ts'
import { Secret } from '../base/secret.ts'
import type { VaultConfig } from '../contracts/process-config/vault-config.ts'
import { type Posture, vaultContract } from '../contracts/vault-port.ts'
import { Child } from './child.ts'
import { packageDir } from './platform.ts'

/** Starts a vault of its own, asks it what protects its card processes on this machine, and stops it. */
export async function readPosture(cardUid: number | null): Promise<Posture> {
  const dir = mkdtempSync(path.join(tmpdir(), 'tonewall-posture-'))
  const token = randomBytes(32).toString('hex')
  const socketPath = path.join(dir, 'vault.sock')
  mkdirSync(path.join(dir, 'digits'), { mode: 0o700 })
  const config: z.input<typeof VaultConfig> = {
    mode: 'sandbox',
    logLevel: 'error',
    socketPath,
    token,
    runDir: path.join(dir, 'digits'),
    cardEntry: path.join(packageDir, 'dist', 'vault', 'bundle', 'card.cjs'),
    warm: 1,
    maxCollections: 1,
    cardUid,
    gateways: [],
  }
  const entry = path.join(import.meta.dirname, '..', 'vault', `main${path.extname(import.meta.filename)}`)
  const planned = { name: 'vault', config, portKey: null } as const
  const onLine = (line: string) => process.stderr.write(`${line}\n`)
  const child = new Child({ planned, entry, readyMs: 20_000, clock: systemClock, log: silentLog, onLine })
  try {
    await child.start()
    return await ask(socketPath, token)
  } finally {
    await child.stop(1_000)
    rmSync(dir, { recursive: true, force: true })
  }
}

async function ask(socketPath: string, token: string): Promise<Posture> {
  const up = Promise.withResolvers<void>()
  const client = new RpcClient({
    contract: vaultContract,
    socketPath,
    token: new Secret(token),
    clock: systemClock,
    log: silentLog,
    onEvent: () => {},
    onUp: up.resolve,
  })
  try {
    await up.promise
    return await client.call('posture', {})
  } finally {
    client.close()
  }
}
