import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bankTakesMs } from '../../src/sandbox/pending-refunds.ts'
import { testAccounts, testBanks } from '../../src/sandbox/test-accounts.ts'
import { type RunningGateway, runGateway } from './running-gateway.ts'

let running: RunningGateway
beforeAll(async () => {
  running = await runGateway()
})
afterAll(() => running.end())

let count = 0
const order = (account: object, changes: object = {}) => ({
  ...{ amount: 1050, currency: 'GBP', ourReference: `att_debit_${++count}`, merchantReference: 'order-7' },
  account: { holder: 'Jo Miller', ...account },
  mandate: { consent: 'spoken', acceptedAt: '2026-01-15T12:00:00.000Z' },
  ...changes,
})
const good = { sortCode: testBanks.sortCode, accountNumber: '00012345' }

async function debited(account: object) {
  const body = order(account)
  const { json, status } = await running.client.post('/v1/debits', body)
  const inquire = async () =>
    (await running.client.get(`/v1/authorisations?ourReference=${body.ourReference}`)).json.authorisations[0]
  return { json, status, inquire }
}

describe('a debit at the sandbox gateway', () => {
  it('is with the bank at first: nothing is taken, and nothing can be done with it', async () => {
    const { json, status, inquire } = await debited(good)
    expect(status).toBe(201)
    expect(json).toMatchObject({ outcome: 'pending', captured: false, capturedAmount: 0, debit: true })
    expect(json.card).toEqual({ brand: 'bank-account', last4: '2345' })
    const refund = { amount: 1, currency: 'GBP', ourReference: 'r' }
    const refused = await running.client.post(`/v1/authorisations/${json.id}/refunds`, refund)
    expect(refused.json.error.code).toBe('not_refundable')
    expect(await inquire()).toMatchObject({ outcome: 'pending' })
  })

  it('is taken when the bank has paid, and then refunded like any other payment', async () => {
    const { json, inquire } = await debited(good)
    await running.clock.turn(bankTakesMs)
    expect(await inquire()).toMatchObject({ outcome: 'approved', captured: true, capturedAmount: 1050 })
    const refund = { amount: 1050, currency: 'GBP', ourReference: 'r' }
    expect((await running.client.post(`/v1/authorisations/${json.id}/refunds`, refund)).status).toBe(201)
  })

  it.each(testAccounts.filter(({ outcome }) => outcome !== 'paid'))(
    'comes to nothing: $name',
    async (one) => {
      const bank = one.bank === testBanks.sortCode ? { sortCode: one.bank } : { routingNumber: one.bank }
      const { inquire } = await debited({ ...bank, accountNumber: one.accountNumber })
      await running.clock.turn(bankTakesMs)
      expect(await inquire()).toMatchObject({ outcome: 'declined', decline: { code: one.outcome } })
      expect((await inquire()).capturedAmount).toBe(0)
    },
  )

  it('refuses at once what may be somebody’s account', async () => {
    const { json } = await debited({ sortCode: '107999', accountNumber: '88837491' })
    expect(json).toMatchObject({ outcome: 'declined', decline: { code: 'live_account_in_sandbox' } })
  })

  it('is one debit, however often it is sent with one key', async () => {
    const body = order(good)
    const first = await running.client.post('/v1/debits', body, { key: 'once' })
    const again = await running.client.post('/v1/debits', body, { key: 'once' })
    expect(again.json.id).toBe(first.json.id)
    const other = await running.client.post(
      '/v1/debits',
      { ...body, account: { ...body.account, accountNumber: '00012346' } },
      { key: 'once' },
    )
    expect(other.json.error.code).toBe('idempotency_key_reused')
  })

  it('leaves no account number in its books, its answers or its log', async () => {
    const accountNumber = '90417382655038'
    const { json } = await debited({ routingNumber: testBanks.routingNumber, accountNumber })
    const books = readFileSync(path.join(running.dataDir, 'ledger.sqlite'), 'latin1')
    const wal = readFileSync(path.join(running.dataDir, 'ledger.sqlite-wal'), 'latin1')
    expect(`${books}${wal}`).toContain('5038')
    expect(`${books}${wal}${JSON.stringify(json)}${running.logLines.join('')}`).not.toContain(accountNumber)
  })
})
