import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { PaymentResource } from '../../src/contracts/desk-port.ts'
import { searchBytes, searchText } from '../residue/digit-search.ts'
import { searchMemory, totalOf } from '../support/memory-search.ts'
import { House } from './house.ts'

const house = new House({
  logLevel: 'debug',
  collection: { firstDigitSeconds: 120, betweenDigitsSeconds: 60 },
})
beforeAll(() => house.open())
afterEach(() => house.hangUpAll())
afterAll(() => house.close())

const soonMs = 60_000
const holder = { name: 'Jo Miller' }
const bankAccount = { holder, mandate: 'spoken' }
const until = (id: string, what: string, holds: (payment: PaymentResource) => boolean) =>
  house.watch.untilPayment(id, what, holds, soonMs)
const isRoot = process.platform === 'linux' && process.getuid?.() === 0

/** Fourteen digits of a US account that pays, and as "security code" what cannot be found. */
const marked = { pan: '90417382655038', csc: 'none', expiry: '' }

describe('a bank account that the caller keys', () => {
  it('is a UK one: the sort code ends by itself, nothing is taken before the bank pays, and then it is', async () => {
    const call = await house.dial()
    const order = { amountMinor: 4_200, currency: 'GBP', reference: 'uk-1', bankAccount }
    const { id } = await call.startPayment(order)
    const seen: PaymentResource[] = []
    const stop = house.watch.listen(({ event }) => {
      if (event.type === 'payment' && event.payment.id === id) seen.push(event.payment)
    })
    await call.keyField(id, 'sort-code', '108800')
    await call.keyField(id, 'account-number', '00012345')
    const paid = await until(id, 'paid', ({ status }) => status === 'captured')
    stop()
    const waiting = seen.find(({ status }) => status === 'unknown')
    expect(waiting).toMatchObject({ capturedMinor: 0, brand: 'bank-account', last4: '2345' })
    expect(paid).toMatchObject({ capturedMinor: 4_200, attempts: 1, method: 'bank-account' })
    expect(await house.ledger('uk-1')).toMatchObject([{ kind: 'authorisation' }, { kind: 'capture' }])
  })

  it('is a US one: a wrong routing number is asked for again, the account ends with #, and refused is declined', async () => {
    const call = await house.dial()
    const order = { amountMinor: 4_200, currency: 'USD', reference: 'us-1', bankAccount }
    const { id } = await call.startPayment(order)
    await call.keyField(id, 'routing-number', '110000001')
    const wrong = await until(id, 'refused', ({ collection }) => collection?.fields[0]?.fault === 'checksum')
    expect(wrong.collection?.fields[0]).toMatchObject({ length: 0 })
    await call.keyField(id, 'routing-number', '110000000')
    await call.keyField(id, 'account-number', '000111111113#')
    const refused = await until(id, 'refused', ({ status }) => status === 'declined')
    expect(refused.decline).toMatchObject({ reason: 'account-refused', gatewayCode: 'account_closed' })
    expect(refused.capturedMinor).toBe(0)
  })

  it('leaves no digit in what was said, kept or logged, nor in the memory of bridge, vault or control', async () => {
    const call = await house.dial()
    const order = { amountMinor: 4_200, currency: 'USD', reference: 'us-2', bankAccount }
    const { id } = await call.startPayment(order)
    await call.keyField(id, 'routing-number', '110000000')
    await call.keyField(id, 'account-number', `${marked.pan}#`)
    await until(id, 'paid', ({ status }) => status === 'captured')
    const { platform, api } = house
    const said = [...platform.logLines, ...api.transcript]
    expect(said.join('')).toContain('5038')
    expect(searchText(said.join('\n'), marked, 'said')).toEqual([])
    const files = readdirSync(platform.dataDir, { recursive: true, encoding: 'utf8' })
      .map((name) => path.join(platform.dataDir, name))
      .filter((file) => statSync(file).isFile())
    expect(files.length).toBeGreaterThan(0)
    for (const file of files) expect(searchBytes(readFileSync(file), marked, file)).toEqual([])
    if (!isRoot) return
    for (const name of ['bridge', 'vault', 'control'] as const)
      expect(totalOf(searchMemory(platform.pidOf(name) ?? 0, marked.pan)), name).toBe(0)
  })
})
