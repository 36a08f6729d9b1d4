import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { NewBankAccount } from '../../../src/contracts/bank-account.ts'
import type { KeyedField } from '../../../src/contracts/card.ts'
import type { PaymentResource } from '../../../src/contracts/desk-port.ts'
import { openOutcomes } from '../../../src/control/watch/open-outcomes.ts'
import { adyenFixture } from '../../conformance/adyen-fixture.ts'
import { CardProcessStandIn } from '../../connectors/sandbox/card-process-stand-in.ts'
import { agent, Rig } from './rig.ts'
import { SandboxRig } from './sandbox-rig.ts'
import { until } from './until.ts'

const bankAccount: NewBankAccount = {
  holder: { name: 'Jo Miller', kind: 'individual' },
  accountType: 'checking',
  mandate: 'spoken',
}
const accounts = {
  pays: { 'sort-code': '108800', 'account-number': '00012345' },
  refuses: { 'sort-code': '108800', 'account-number': '33333335' },
} as const

let sandbox: SandboxRig | undefined
let other: Rig | undefined
afterEach(async () => {
  await sandbox?.close()
  await other?.close()
  sandbox = undefined
  other = undefined
})

/** A payment whose caller has keyed this account, sent to the real sandbox gateway. */
async function keyedAccount(
  account: Readonly<Partial<Record<KeyedField, string>>>,
): Promise<PaymentResource> {
  sandbox = await SandboxRig.start()
  const { rig } = sandbox
  rig.vault.gateway = (call) => new CardProcessStandIn(sandbox!.dataDir, account).send(call)
  const payment = await rig.collecting({ bankAccount })
  const last4 = account['account-number']!.slice(-4)
  const collectionId = rig.vault.onlyOne()
  rig.vault.tell({ type: 'collected', collectionId, card: { brand: 'bank-account', scheme: 'uk', last4 } })
  return payment
}

describe('a payment from a bank account', () => {
  it('asks for sort code and account number, and is with the bank before it is anything else', async () => {
    const { id, collection, method } = await keyedAccount(accounts.pays)
    expect(method).toBe('bank-account')
    expect(collection?.fields.map(({ field }) => field)).toEqual(['sort-code', 'account-number'])
    const waiting = await sandbox!.rig.reaches(id, 'unknown')
    expect(waiting).toMatchObject({
      ...{ capturedMinor: 0, brand: 'bank-account', last4: '2345', moto: null },
      bankAccount: { scheme: 'uk', mandate: 'spoken' },
    })
  })

  it('is taken only when the bank has paid', async () => {
    const { id } = await keyedAccount(accounts.pays)
    await sandbox!.rig.reaches(id, 'unknown')
    const paid = await sandbox!.rig.settles(id, 'captured')
    expect(paid).toMatchObject({ capturedMinor: 1_050, brand: 'bank-account', last4: '2345', attempts: 1 })
    expect(await sandbox!.booked('authorisation')).toHaveLength(1)
  })

  it('is declined when the bank refuses, in the words of an account and not of a card', async () => {
    const { id } = await keyedAccount(accounts.refuses)
    const refused = await sandbox!.rig.settles(id, 'declined')
    expect(refused.decline).toMatchObject({ reason: 'account-refused', gatewayCode: 'debit_not_authorised' })
    expect(refused.decline?.advice).toContain('account')
    expect(refused.capturedMinor).toBe(0)
  })

  it('does not page anybody while the bank has it', async () => {
    const { id } = await keyedAccount(accounts.pays)
    await sandbox!.rig.reaches(id, 'unknown')
    expect(await openOutcomes(sandbox!.rig.store.db)).toEqual(new Map())
  })

  it('can be followed by a debit of another account, and is never sent twice', async () => {
    const { id } = await keyedAccount(accounts.refuses)
    await sandbox!.rig.settles(id, 'declined')
    await sandbox!.rig.core.payments.useAnotherCard(agent, id)
    await until('asked again', () => sandbox!.rig.vault.held.size === 1)
    expect((await sandbox!.rig.get(id)).method).toBe('bank-account')
    expect(await sandbox!.booked('authorisation')).toHaveLength(1)
  })

  it('leaves no digit of the account in control’s store but the last four', async () => {
    const { id } = await keyedAccount(accounts.pays)
    await sandbox!.rig.settles(id, 'captured')
    const { dir } = sandbox!.rig
    const files = readdirSync(dir).filter((name) => name.includes('.sqlite'))
    const kept = files.map((name) => readFileSync(path.join(dir, name), 'latin1')).join('')
    if (files.length > 0) expect(kept).toContain('Jo Miller')
    expect(kept).not.toContain('00012345')
    expect(kept).not.toContain('108800')
  })
})

describe('an order for a bank account is refused', () => {
  it('where the gateway’s connector takes none, saying what else can be done', async () => {
    other = await Rig.start({
      connector: { connector: 'adyen', settings: adyenFixture.account.settings },
    })
    await expect(other.created({ bankAccount })).rejects.toMatchObject({
      ...{ code: 'BANK_ACCOUNTS_NOT_SUPPORTED', remedy: 'fix-request', field: '/bankAccount' },
      message: expect.stringContaining('pay link'),
    })
  })

  it('in another currency than its scheme’s', async () => {
    other = await Rig.start()
    await expect(other.created({ bankAccount, currency: 'EUR' })).rejects.toMatchObject({
      code: 'BANK_ACCOUNTS_NOT_SUPPORTED',
      message: 'bank accounts are debited in GBP and USD here: take a card, or send a pay link',
    })
  })

  it('when the gateway wants to know more of its holder', async () => {
    other = await Rig.start({ connector: { connector: 'stripe' } })
    await expect(other.created({ bankAccount })).rejects.toMatchObject({
      code: 'ACCOUNT_HOLDER_INCOMPLETE',
      field: '/bankAccount/holder/email',
    })
    const us = await other.created({ bankAccount, currency: 'USD' })
    expect(us.bankAccount).toEqual({ scheme: 'us', mandate: 'spoken' })
  })
})
