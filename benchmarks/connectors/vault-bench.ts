import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { rootCertificates } from 'node:tls'
import { type CompiledCard, compileCard } from '../../test/vault/support/compiled-card.ts'
import { authorise, card } from '../../test/vault/support/gateway-call.ts'
import { jsonAnswer, startTestGateway, type TestGateway } from '../../test/vault/support/test-gateway.ts'
import { type Collection, VaultHarness } from '../../test/vault/support/vault-harness.ts'

/** The real vault with its card processes, and a gateway beside it that answers at once over TLS. */
export class VaultBench {
  readonly vault: VaultHarness
  readonly compiled: CompiledCard
  readonly #gateway: TestGateway
  readonly #dir: string

  /**
   * @param trust `one-ca`: as with a `caFile`. `node-roots`: each card process reads every root that comes with Node as
   * well, as it does without one; here they reach it by way of the pool, which costs a little more than its own.
   */
  static async start(warm: number, trust: 'one-ca' | 'node-roots' = 'one-ca'): Promise<VaultBench> {
    const compiled = compileCard()
    const dir = mkdtempSync(path.join(tmpdir(), 'tonewall-bench-'))
    const gateway = await startTestGateway(dir)
    gateway.behaviour = jsonAnswer({ id: 'auth_1', status: 'approved' }, '201 Created')
    const caFile = trust === 'one-ca' ? gateway.caFile : path.join(dir, 'roots.pem')
    if (trust === 'node-roots')
      writeFileSync(caFile, [readFileSync(gateway.caFile, 'utf8'), ...rootCertificates].join('\n'))
    const gateways = [{ connector: 'sandbox', origin: gateway.origin, caFile }]
    const vault = await VaultHarness.start({ cardEntry: compiled.entry, gateways, warm, maxCollections: 500 })
    return new VaultBench({ vault, compiled, gateway, dir })
  }

  private constructor(parts: {
    vault: VaultHarness
    compiled: CompiledCard
    gateway: TestGateway
    dir: string
  }) {
    this.vault = parts.vault
    this.compiled = parts.compiled
    this.#gateway = parts.gateway
    this.#dir = parts.dir
  }

  get origin(): string {
    return this.#gateway.origin
  }

  open(): Promise<Collection> {
    return this.vault.open({ origin: this.#gateway.origin })
  }

  /** From the last digit to the gateway's answer, in ms, and until the process is gone. */
  async pay(): Promise<number> {
    const { collectionId, sender } = await this.open()
    await sender.key(card.keys.slice(0, -1))
    const beganMs = performance.now()
    await sender.key(card.keys.slice(-1))
    await this.vault.event(collectionId, 'collected')
    const call = authorise(this.#gateway.origin)
    const reply = await this.vault.client.call('send', { collectionId, call, last: true })
    const tookMs = performance.now() - beganMs
    if (reply.kind !== 'answered') throw new Error(`the gateway did not answer: ${reply.because}`)
    await this.vault.event(collectionId, 'ended')
    return tookMs
  }

  /** Processor time used so far, in ms: of the pool, of the nursery, and of every card process that has ended. */
  cpuMs(): CpuMs {
    const pool = this.vault.child.pid ?? 0
    const nurseries = childrenOf(pool).map(cpuTimesOf)
    const sum = (of: (times: CpuTimes) => number) => nurseries.reduce((total, times) => total + of(times), 0)
    return {
      pool: cpuTimesOf(pool).ownMs,
      nursery: sum(({ ownMs }) => ownMs),
      cards: sum(({ endedMs }) => endedMs),
    }
  }

  cardPids(): number[] {
    return this.vault.cardPids()
  }

  async stop(): Promise<void> {
    await this.vault.stop()
    await this.#gateway.close()
    this.compiled.remove()
    rmSync(this.#dir, { recursive: true, force: true })
  }
}

export type CpuMs = { readonly pool: number; readonly nursery: number; readonly cards: number }

type CpuTimes = { readonly ownMs: number; readonly endedMs: number }

/** Linux counts processor time in ticks of 10 ms for every reader (`getconf CLK_TCK`). */
const msPerTick = 10

/** Of a process itself, and of its children that have ended (proc_pid_stat(5)). */
function cpuTimesOf(pid: number): CpuTimes {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const [utime, stime, cutime, cstime] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
    .map(Number)
  return { ownMs: (utime! + stime!) * msPerTick, endedMs: (cutime! + cstime!) * msPerTick }
}

export function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim()
    return text === '' ? [] : text.split(' ').map(Number)
  } catch {
    return []
  }
}
