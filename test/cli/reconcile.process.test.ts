import { execFile } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import type { PaymentResource } from '../../src/contracts/desk-port.ts'
import { demoCard } from '../../src/demo/demo-cards.ts'
import { House } from '../e2e/house.ts'
import { GatewayClient } from '../sandbox/gateway-client.ts'

const top = path.resolve(import.meta.dirname, '..', '..')
const house = new House()
let payment: PaymentResource
const today = new Date(systemClock.now()).toISOString().slice(0, 10)

beforeAll(async () => {
  await house.open()
  const call = await house.dial()
  const { id } = await call.startPayment({ amountMinor: 1_050, currency: 'GBP', reference: 'books-1' })
  await call.keyCard(id, demoCard('visa', systemClock.now()))
  payment = await call.settled(id)
  await house.hangUpAll()
})
afterAll(() => house.close())

type Ended = { readonly status: number; readonly stdout: string; readonly stderr: string }

const reconcile = (args: readonly string[], port?: string) => tonewall(['reconcile', ...args], port)

function tonewall(args: readonly string[], port?: string): Promise<Ended> {
  const script = path.join(top, 'bin', 'tonewall.mjs')
  const env = {
    PATH: process.env.PATH,
    TONEWALL_DATA_DIR: house.platform.dataDir,
    TONEWALL_CONTROL_PORT: port ?? new URL(house.platform.addresses.control).port,
  }
  const cwd = house.platform.dataDir
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], { env, cwd }, (error, stdout, stderr) => {
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}

/** A refund that somebody made in the gateway's own back office. */
async function refundedOutside(authorisation: string | null): Promise<string> {
  const { addresses, credentials, dataDir } = house.platform
  const gateway = new GatewayClient({
    port: Number(new URL(addresses.gateway).port),
    dataDir: path.join(dataDir, 'sandbox'),
    apiKey: credentials.gatewayKey,
  })
  const body = { amount: 100, currency: 'GBP', ourReference: 'by-hand' }
  return (await gateway.post(`/v1/authorisations/${authorisation}/refunds`, body)).json.id as string
}

describe('tonewall reconcile', () => {
  it('ends with 0 when ledger and gateway agree, and writes the ledger', async () => {
    const ledger = path.join(house.platform.dataDir, 'ledger.csv')
    const ended = await reconcile(['--since', today, '--ledger', ledger])
    expect(ended).toMatchObject({ status: 0, stdout: expect.stringContaining('1 agree, 0 differences') })
    const [head, line] = readFileSync(ledger, 'utf8').split('\r\n')
    expect(head).toBe(
      'at,kind,paymentId,reference,ourReference,gatewayRef,amount,amountMinor,currency,customer',
    )
    expect(line).toContain(`,payment,${payment.id},books-1,`)
    expect(line).toMatch(/,10\.50,1050,GBP,$/)
  })

  it('names what differs, writes it as CSV, and ends with 1', async () => {
    const subject = await refundedOutside(payment.gatewayRef)
    const file = path.join(house.platform.dataDir, 'differences.csv')
    const { status, stdout } = await reconcile(['--since', today, '--differences', file])
    expect(status).toBe(1)
    expect(stdout).toContain(`missing-here: ${subject}`)
    expect(stdout).toContain('we say nothing, the gateway says -1.00 GBP')
    expect(readFileSync(file, 'utf8').split('\r\n')[1]).toBe(`missing-here,${subject},,${subject},,-100,GBP`)
  })

  it('says what is wrong with a day, a span and a platform that is not there', async () => {
    expect((await reconcile(['--since', '1 May'])).stderr).toContain('a day is written 2026-11-01')
    const backwards = await reconcile(['--since', '2026-11-02', '--until', '2026-11-01'])
    expect(backwards).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('REQUEST_INVALID at /until'),
    })
    const nobody = await reconcile([], '1')
    expect(nobody).toMatchObject({ status: 1, stderr: expect.stringContaining('http://127.0.0.1:1') })
  })
})

describe('tonewall export', () => {
  // So that the day has a comparison.
  beforeAll(() => reconcile(['--since', today]))
  const written = (kind: string, ...args: string[]) =>
    tonewall(['export', '--kind', kind, '--day', today, ...args])
  const asked = async (query: string) => {
    const { addresses, credentials } = house.platform
    const headers = { authorization: `Bearer ${credentials.apiKey}` }
    return fetch(`${addresses.control}/v1/exports/${query}`, { headers })
  }

  it.each(['ledger', 'settlement', 'reconciliation', 'xero'])(
    'writes a day’s %s beside the running platform, as the API answers it',
    async (kind) => {
      const { status, stdout } = await written(kind)
      expect(status).toBe(0)
      expect(stdout.trimEnd().split('\r\n').length).toBeGreaterThan(1)
      const answer = await asked(`${kind}.csv?day=${today}`)
      expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${kind}-${today}.csv"`)
      expect(await answer.text()).toBe(stdout)
    },
  )

  it('writes a file that nobody else may read, and says what is wrong with a day or a merchant', async () => {
    const file = path.join(house.platform.dataDir, 'xero.csv')
    expect(await written('xero', '--currency', 'GBP', '--out', file)).toMatchObject({ status: 0, stdout: '' })
    expect(readFileSync(file, 'utf8')).toContain('10.50')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const noDay = await tonewall(['export', '--kind', 'ledger', '--day', '2026-02-30'])
    expect(noDay).toMatchObject({ status: 1, stderr: expect.stringContaining('not a day of the calendar') })
    const nobody = await written('ledger', '--merchant', 'mer_nobody')
    expect(nobody).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('name a merchant with --merchant'),
    })
    expect((await asked('ledger.csv?day=tomorrow')).status).toBe(400)
  })
})
