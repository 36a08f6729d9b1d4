import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../src/base/log.ts'
import type { ExportKind } from '../../../src/contracts/exports.ts'
import { DailyExports } from '../../../src/control/exports/daily-exports.ts'
import { dayAt, daySpan } from '../../../src/control/exports/day-span.ts'
import { exportDay } from '../../../src/control/exports/exports.ts'
import { agent, merchantId, otherMerchantId } from '../payments/rig.ts'
import { SandboxRig } from '../payments/sandbox-rig.ts'

let sandbox: SandboxRig
beforeEach(async () => {
  sandbox = await SandboxRig.start()
})
afterEach(() => sandbox.close())

const day = '2026-01-15'
const hourMs = 3_600_000
const written = (kind: ExportKind, currency?: string) =>
  exportDay(sandbox.rig.store.db, { merchantId, kind, day, currency })
const rows = (text: string) =>
  text
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','))

/** £10.50 taken, £2.50 of it given back, and €10.50 taken. */
const aDay = async () => {
  const first = await sandbox.approved({ customer: 'C-7' })
  await sandbox.order({ paymentId: first.id, kind: 'refund', amountMinor: 250 })
  await sandbox.rig.clock.turn(10)
  await sandbox.approved({ currency: 'EUR' })
  return first
}

describe('a day of a merchant', () => {
  it('has a ledger with every movement', async () => {
    const { id } = await aDay()
    const [head = [], ...lines] = rows(await written('ledger'))
    const of = (name: string) => lines.map((line) => line[head.indexOf(name)])
    expect(of('kind')).toEqual(['payment', 'refund', 'payment'])
    expect(of('amount')).toEqual(['10.50', '-2.50', '10.50'])
    expect(of('currency')).toEqual(['GBP', 'GBP', 'EUR'])
    expect(of('paymentId').slice(0, 2)).toEqual([id, id])
    expect(of('customer')).toEqual(['C-7', 'C-7', ''])
  })

  it('comes to a sum for each gateway and currency', async () => {
    await aDay()
    expect(rows(await written('settlement'))).toEqual([
      ['day', 'gateway', 'currency', 'payments', 'paid', 'refunds', 'refunded', 'net', 'netMinor'],
      [day, 'sandbox', 'EUR', '1', '10.50', '0', '0.00', '10.50', '1050'],
      [day, 'sandbox', 'GBP', '1', '10.50', '1', '2.50', '8.00', '800'],
    ])
  })

  it('has bank-statement lines for Xero, of one currency', async () => {
    const { id } = await aDay()
    await expect(written('xero')).rejects.toMatchObject({ code: 'EXPORT_CURRENCY_NEEDED' })
    const [head, paid, refunded] = rows((await written('xero', 'GBP')).replaceAll('"', ''))
    expect(head).toEqual(['*Date', '*Amount', 'Payee', 'Description', 'Reference', 'Check Number'])
    expect(paid?.slice(0, 3)).toEqual(['15/01/2026', '10.50', 'C-7'])
    expect(refunded?.slice(0, 2)).toEqual(['15/01/2026', '-2.50'])
    expect(paid?.join()).toContain(id)
    // Nobody was named: the gateway is who pays out.
    expect(rows(await written('xero', 'EUR'))[1]?.[2]).toBe('sandbox')
  })

  it('has the comparisons with the gateway', async () => {
    await aDay()
    const { core, clock } = sandbox.rig
    await core.reconciliations.order(agent, { since: clock.now() - hourMs, until: clock.now() + hourMs })
    const [head, line] = rows(await written('reconciliation'))
    expect(head?.slice(0, 2)).toEqual(['comparison', 'gateway'])
    expect(line?.[0]).toMatch(/^rec_/)
  })

  it('is nobody else’s', async () => {
    await aDay()
    const theirs = await exportDay(sandbox.rig.store.db, { merchantId: otherMerchantId, kind: 'ledger', day })
    expect(rows(theirs)).toHaveLength(1)
  })
})

describe('the files of a day', () => {
  it('are written once the day is over, whole, once, and for days that were missed', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'exports-'))
    const { store, clock } = sandbox.rig
    const daily = new DailyExports({
      store,
      clock,
      log: silentLog,
      folder,
      merchantIds: async () => [merchantId],
    })
    const days = () =>
      readdirSync(path.join(folder, merchantId), { withFileTypes: true }).map(({ name }) => name)
    try {
      await aDay()
      await daily.writeDue()
      expect(readdirSync(folder)).toEqual([])
      // Noon of the 15th; the 15th is over at midnight, and its files come two hours later.
      await clock.turn(38 * hourMs + 1)
      await daily.writeDue()
      expect(days().sort()).toEqual(['2026-01-15', '2026-01-16'])
      const of = path.join(folder, merchantId, day)
      const names = ['ledger', 'reconciliation', 'settlement', 'xero-EUR', 'xero-GBP'].map(
        (name) => `${name}.csv`,
      )
      expect(readdirSync(of).sort()).toEqual(names)
      expect(readFileSync(path.join(of, 'ledger.csv'), 'utf8')).toBe(await written('ledger'))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describe('a day in a time zone', () => {
  it.each([
    ['2026-01-15', 'Europe/London', 24],
    ['2026-03-29', 'Europe/London', 23],
    ['2026-10-25', 'Europe/Berlin', 25],
    ['2026-11-01', 'America/New_York', 25],
    ['2026-04-05', 'Australia/Lord_Howe', 24.5],
    ['2026-06-01', 'Pacific/Kiritimati', 24],
  ])('%s in %s has %d hours', (one, timeZone, hours) => {
    const { sinceMs, untilMs } = daySpan(one, timeZone)
    expect((untilMs - sinceMs) / hourMs).toBe(hours)
    expect([dayAt(sinceMs, timeZone), dayAt(untilMs - 1, timeZone)]).toEqual([one, one])
    expect(dayAt(sinceMs - 1, timeZone) < one && dayAt(untilMs, timeZone) > one).toBe(true)
  })
})
