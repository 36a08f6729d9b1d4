/**
 * `npm run bench:core`: durable payments a second (created, card taken, authorised by an instant gateway, captured, the
 * merchant told), on SQLite and on PostgreSQL, and what reading costs as stored payments grow.
 *
 *   --store sqlite|postgres   (both)
 *   --payments N              whole lives for the rate (600)
 *   --at-a-time N             of them at the same time (32)
 *   --sizes 10,1000,…         stored payments (10,1000,100000,1000000)
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../../src/base/clock.ts'
import { Secret } from '../../src/base/secret.ts'
import { listPayments, paymentsUnderWay, stalePayments } from '../../src/control/payments/store.ts'
import { movementsIn } from '../../src/control/reconciliation/movements.ts'
import { PostgresServer } from '../../test/support/postgres-server.ts'
import { fillTo } from './fill.ts'
import { merchantId, openShop, type Shop } from './shop.ts'

const { values } = parseArgs({
  options: {
    store: { type: 'string' },
    payments: { type: 'string', default: '600' },
    'at-a-time': { type: 'string', default: '32' },
    sizes: { type: 'string', default: '10,1000,100000,1000000' },
  },
})
const stores = (['sqlite', 'postgres'] as const).filter((name) => !values.store || name === values.store)
const sizes = values.sizes.split(',').map(Number)
const dayMs = 86_400_000

/** CPU that a PostgreSQL server and its processes have used, in seconds; 0 without one. */
function cpuOf(server: PostgresServer | undefined): number {
  if (!server) return 0
  const list = execFileSync('ps', ['-o', 'pid=', '-g', String(server.pid), '--ppid', String(server.pid)], {
    encoding: 'utf8',
  })
  const ticks = list
    .split(/\s+/)
    .filter(Boolean)
    .map((pid) => {
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
        return Number(fields[11]) + Number(fields[12])
      } catch {
        return 0
      }
    })
  return ticks.reduce((sum, value) => sum + value, 0) / 100
}

async function rate(shop: Shop, server: PostgresServer | undefined): Promise<string> {
  const wanted = Number(values.payments)
  for (let n = 0; n < 20; n++) await shop.pay()
  const before = {
    told: shop.told(),
    wallMs: performance.now(),
    cpu: process.cpuUsage(),
    server: cpuOf(server),
  }
  let left = wanted
  const till = async () => {
    while (left-- > 0) await shop.pay()
  }
  await Promise.all(Array.from({ length: Number(values['at-a-time']) }, till))
  const seconds = (performance.now() - before.wallMs) / 1_000
  const events = 3 * wanted
  while (shop.told() - before.told < events && performance.now() - before.wallMs < 300_000)
    await new Promise((resolve) => setTimeout(resolve, 20))
  const toldSeconds = (performance.now() - before.wallMs) / 1_000
  const { user, system } = process.cpuUsage(before.cpu)
  const own = (user + system) / 1e6
  const others = cpuOf(server) - before.server
  const perCore = wanted / (own + others)
  return [
    `${(wanted / seconds).toFixed(0)} payments/s in wall time (${(wanted / toldSeconds).toFixed(0)} with every webhook delivered)`,
    `${perCore.toFixed(0)} a second of CPU (control and peers ${((own / wanted) * 1e3).toFixed(1)} ms a payment, server ${((others / wanted) * 1e3).toFixed(1)} ms)`,
  ].join('; ')
}

/** Median of some tries, in ms. */
async function time(work: () => Promise<unknown>): Promise<number> {
  const tries: number[] = []
  for (let n = 0; n < 7; n++) {
    const began = performance.now()
    await work()
    tries.push(performance.now() - began)
  }
  return tries.sort((a, b) => a - b)[3] ?? Number.NaN
}

async function growth(shop: Shop, nowMs: number): Promise<void> {
  const { db } = shop.store
  const list = (page: object) => listPayments(db, merchantId, { limit: 50, ...page } as never)
  for (const size of sizes) {
    const beganMs = performance.now()
    await fillTo(shop.store, size, nowMs)
    const filled = ((performance.now() - beganMs) / 1_000).toFixed(1)
    const { nextCursor } = await list({})
    const deep = `pay_${'0'.repeat(2)}${(nextCursor ?? 'pay_00h').slice(6)}`
    const span = { merchantId, gateway: 'sandbox', sinceMs: nowMs - 30 * dayMs, untilMs: nowMs - 29 * dayMs }
    const moved = await movementsIn(db, span)
    const measured = {
      'newest 50': await time(() => list({})),
      'next 50': await time(() => list({ cursor: nextCursor ?? deep })),
      'by reference': await time(() => list({ reference: `order-${Math.floor(size / 2)}` })),
      'declined, newest 50': await time(() => list({ statuses: ['declined'] })),
      'of a day': await time(() => list({ createdFrom: span.sinceMs, createdUntil: span.untilMs })),
      'under way': await time(() => paymentsUnderWay(db, merchantId)),
      'to expire': await time(() => stalePayments(db, merchantId, nowMs - dayMs)),
      [`a day to reconcile (${moved.length} rows)`]: await time(() => movementsIn(db, span)),
      'a whole payment': await time(() => shop.pay()),
    }
    const cells = Object.entries(measured).map(([name, ms]) => `${name} ${ms.toFixed(2)} ms`)
    console.log(`  ${size} stored (filled in ${filled} s): ${cells.join(', ')}`)
  }
}

for (const name of stores) {
  const folder = mkdtempSync(path.join(tmpdir(), 'tw-bench-store-'))
  const server = name === 'postgres' ? await PostgresServer.start({ durable: true }) : undefined
  const place = server
    ? { url: new Secret(await server.database()) }
    : { file: path.join(folder, 'bench.sqlite') }
  const shop = await openShop(place)
  console.log(`${name}: ${await rate(shop, server)}`)
  await growth(shop, systemClock.now())
  await shop.close()
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
}
process.exit(0)
