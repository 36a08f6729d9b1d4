import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { Secret } from '../../src/base/secret.ts'
import { createPostWebhook } from '../../src/control/outbox/post-webhook.ts'
import { Relay } from '../../src/control/outbox/relay.ts'
import { createWebhookTarget } from '../../src/control/outbox/webhook-target.ts'
import { openStore, type Store, type StorePlace } from '../../src/control/store/store.ts'
import { PostgresServer, postgresFolder, postgresIsMissing } from '../../test/support/postgres-server.ts'
import { testSealer } from '../../test/support/sealing-key.ts'
import { merchantId, writeBacklog, writeMerchant } from './backlog.ts'

const { values } = parseArgs({
  options: {
    backlog: { type: 'string', default: '100000' },
    endpoints: { type: 'string', default: '4' },
    store: { type: 'string', default: 'both' },
  },
})
const [deliveries, endpoints] = [Number(values.backlog), Number(values.endpoints)]

type Measured = {
  readonly store: string
  readonly deliveries: number
  readonly seconds: number
  readonly perSecond: number
  /** Deliveries for each second of the relay process's own CPU time: what one core would carry. */
  readonly perCoreSecond: number
  readonly rssBeforeMib: number
  readonly rssMostMib: number
}

/** Drains a backlog to endpoints that answer at once, and says what it cost. */
async function measure(name: string, place: StorePlace): Promise<Measured> {
  const receiver = fork(path.join(import.meta.dirname, 'receiver.ts'), [], { execArgv: ['--no-warnings'] })
  const port = await new Promise<number>((resolve) =>
    receiver.once('message', (said) => resolve(Number(said))),
  )
  const store = await openStore({ ...place, clock: systemClock, reserveBytes: 1 })
  const targets = await writeMerchant(store, endpoints, `http://127.0.0.1:${port}`)
  await writeBacklog(store, targets, deliveries)
  if (store.kind === 'postgres') await settle(store)
  globalThis.gc?.()
  const mib = () => Math.round(process.memoryUsage.rss() / 1_048_576)
  const before = mib()
  let most = before
  const clock = systemClock
  const postWebhook = createPostWebhook({ clock, egress: { ports: null, allow: ['127.0.0.0/8'] } })
  const kinds = [createWebhookTarget({ store, clock, postWebhook, sealer: testSealer })]
  const merchantIds = async () => [merchantId]
  const relay = new Relay({ store, clock, log: silentLog, random: Math.random, kinds, merchantIds })
  const [beganMs, cpu] = [performance.now(), process.cpuUsage()]
  relay.start()
  while ((await waiting(store)) > 0) {
    most = Math.max(most, mib())
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  const seconds = (performance.now() - beganMs) / 1_000
  const used = process.cpuUsage(cpu)
  await relay.stop()
  const done = await count(store, 'delivered')
  await store.close()
  receiver.disconnect()
  return {
    ...{ store: name, deliveries: done, seconds: Math.round(seconds * 10) / 10 },
    perSecond: Math.round(done / seconds),
    perCoreSecond: Math.round(done / ((used.user + used.system) / 1e6)),
    ...{ rssBeforeMib: before, rssMostMib: most },
  }
}

/** One look into the index, so that looking is not what is measured. */
async function waiting({ db }: Store): Promise<number> {
  const row = await db
    .selectFrom('outbox')
    .select('event_id')
    .where('state', '=', 'waiting')
    .limit(1)
    .executeTakeFirst()
  return row ? 1 : 0
}

async function count({ db }: Store, state: 'delivered'): Promise<number> {
  const row = await db
    .selectFrom('outbox')
    .select(({ fn }) => fn.countAll<number>().as('rows'))
    .where('state', '=', state)
    .executeTakeFirstOrThrow()
  return Number(row.rows)
}

/** What autovacuum would have done by the next morning. */
async function settle(store: Store): Promise<void> {
  const { sql } = await import('kysely')
  await sql`analyze outbox`.execute(store.db)
}

function report(one: Measured): void {
  const growth = `${one.rssBeforeMib} → ${one.rssMostMib} MiB at most`
  process.stdout.write(
    `${one.store}: ${one.deliveries} deliveries in ${one.seconds} s, ${one.perSecond}/s; ` +
      `${one.perCoreSecond} for each second of the relay’s CPU; memory ${growth}\n`,
  )
}

process.stdout.write(
  `${cpus()[0]?.model}, ${cpus().length} cores, ${endpoints} endpoints, Node ${process.version}\n`,
)
if (values.store !== 'postgres') {
  const folder = mkdtempSync(path.join(tmpdir(), 'tonewall-bench-outbox-'))
  report(await measure('SQLite', { file: path.join(folder, 'control.sqlite') }))
  rmSync(folder, { recursive: true, force: true })
}
if (values.store !== 'sqlite') {
  if (!postgresFolder()) throw new Error(postgresIsMissing)
  const server = await PostgresServer.start({ durable: true })
  try {
    report(await measure('PostgreSQL', { url: new Secret(await server.database()) }))
  } finally {
    await server.stop()
  }
}
