import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { z } from 'zod'
import { systemClock } from '../../../src/base/clock.ts'
import { newId } from '../../../src/base/ids.ts'
import { silentLog } from '../../../src/base/log.ts'
import { RpcClient } from '../../../src/base/rpc/rpc-client.ts'
import { Secret } from '../../../src/base/secret.ts'
import type { VaultConfig } from '../../../src/contracts/process-config/vault-config.ts'
import {
  type CollectionOpened,
  type OpenCollection,
  type VaultContract,
  type VaultEvent,
  vaultContract,
} from '../../../src/contracts/vault-port.ts'
import { DigitSender } from './digit-sender.ts'
import { card } from './gateway-call.ts'

const root = resolve(import.meta.dirname, '../../..')
export const cardUid = process.getuid?.() === 0 ? 65_534 : null

export type VaultOptions = {
  readonly cardEntry: string
  readonly gateways: readonly { connector: string; origin: string; caFile: string | null }[]
  readonly warm?: number
  readonly maxCollections?: number
  readonly mode?: 'sandbox' | 'production'
  readonly payDoor?: z.input<typeof VaultConfig>['payDoor']
}

export type Ended = { readonly code: number | null; readonly message?: { type: string; code?: string } }

/** The real vault process, and one control that talks to it. */
export class VaultHarness {
  readonly events: VaultEvent[] = []
  readonly client: RpcClient<VaultContract>
  readonly child: ChildProcess
  readonly runDir: string
  readonly exited: Promise<Ended>
  /** For another control beside this one. */
  readonly link: { readonly socketPath: string; readonly token: Secret }
  readonly #dir: string
  readonly #watchers = new Set<() => void>()

  static async start(options: VaultOptions): Promise<VaultHarness> {
    const harness = new VaultHarness(options)
    await harness.until(() => harness.client.up)
    return harness
  }

  constructor({
    cardEntry,
    gateways,
    warm = 1,
    maxCollections = 100,
    mode = 'sandbox',
    payDoor = null,
  }: VaultOptions) {
    this.#dir = mkdtempSync(join(tmpdir(), 'tonewall-vault-'))
    this.runDir = join(this.#dir, 'run')
    const socketPath = join(this.#dir, 'vault.sock')
    const token = randomBytes(32).toString('base64url')
    this.child = spawn(process.execPath, ['--no-warnings', join(root, 'src/vault/main.ts')], {
      env: {},
      stdio: ['pipe', 'ignore', 'inherit', 'ipc'],
    })
    this.link = { socketPath, token: new Secret(token) }
    const { runDir } = this
    const config = {
      mode,
      logLevel: 'info',
      socketPath,
      token,
      runDir,
      cardEntry,
      warm,
      maxCollections,
      cardUid,
      gateways,
      payDoor,
    }
    this.child.stdin?.end(JSON.stringify(config))
    this.exited = new Promise((settle) => {
      let message: { type: string; code?: string } | undefined
      this.child.on('message', (text) => {
        message = text as { type: string }
      })
      this.child.once('exit', (code) => settle(message ? { code, message } : { code }))
    })
    this.client = new RpcClient({
      contract: vaultContract,
      socketPath,
      token: new Secret(token),
      clock: systemClock,
      log: silentLog,
      onEvent: (event) => {
        this.events.push(event)
        this.#wake()
      },
      onUp: () => this.#wake(),
    })
  }

  /** Opens a collection and connects a bridge's end of its digits. */
  async open(over: Partial<OpenCollection> & { origin: string }): Promise<Collection> {
    const collectionId = newId('collection', Date.now())
    const limits = { firstDigitMs: 20_000, betweenDigitsMs: 5_000, wholeMs: 300_000 }
    const opened = await this.client.call('open-collection', {
      collectionId,
      connector: 'sandbox',
      fields: ['pan', 'expiry', 'csc'],
      limits,
      ...over,
    })
    const sender = await DigitSender.connect(opened)
    return { collectionId, opened, sender }
  }

  /** Keys a whole card and waits until it is collected. */
  async collect(
    over: Partial<OpenCollection> & { origin: string },
    keys: string = card.keys,
  ): Promise<Collection> {
    const collection = await this.open(over)
    await collection.sender.key(keys)
    await this.event(collection.collectionId, 'collected')
    return collection
  }

  /** Waits for an event of a collection. */
  async event<T extends VaultEvent['type']>(
    collectionId: string,
    type: T,
  ): Promise<Extract<VaultEvent, { type: T }>> {
    const find = () => this.events.find((event) => event.collectionId === collectionId && event.type === type)
    await this.until(() => find() !== undefined)
    return find() as Extract<VaultEvent, { type: T }>
  }

  of(collectionId: string): VaultEvent[] {
    return this.events.filter((event) => event.collectionId === collectionId)
  }

  async until(holds: () => boolean, limitMs = 15_000): Promise<void> {
    const deadline = performance.now() + limitMs
    while (!holds()) {
      if (performance.now() > deadline) throw new Error('waited in vain')
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#watchers.delete(wake)
          clearTimeout(timer)
          resolve()
        }
        const timer = setTimeout(wake, 20)
        this.#watchers.add(wake)
      })
    }
  }

  /** Process ids of the processes that start card processes: one on Linux. */
  nurseryPids(): number[] {
    return childrenOf(this.child.pid ?? 0)
  }

  /** Process ids of the card processes, oldest first: they are the nursery's children. */
  cardPids(): number[] {
    return this.nurseryPids()
      .flatMap(childrenOf)
      .sort((one, other) => startOf(one) - startOf(other))
  }

  async stop(): Promise<void> {
    this.client.close()
    this.child.kill('SIGTERM')
    await this.exited
    rmSync(this.#dir, { recursive: true, force: true })
  }

  #wake(): void {
    for (const wake of this.#watchers) wake()
  }
}

export type Collection = {
  readonly collectionId: string
  readonly opened: CollectionOpened
  readonly sender: DigitSender
}

/** True while the process is in the process table. */
export function alive(pid: number): boolean {
  return existsSync(`/proc/${pid}`)
}

/** When a process was started, in ticks since the machine was; 0 when it is gone. */
function startOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
  } catch {
    return 0
  }
}

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim()
    return text === '' ? [] : text.split(' ').map(Number)
  } catch {
    return []
  }
}
