import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PostedCard, PostedRequest } from '../../../src/contracts/posted-card.ts'
import { agent, merchantId, Rig } from '../payments/rig.ts'
import { shownCard } from '../payments/scripted-vault.ts'
import { until } from '../payments/until.ts'

let rig: Rig
beforeEach(async () => {
  rig = await Rig.start()
})
afterEach(() => rig.close())

const request: PostedRequest = {
  method: 'charge',
  transactionId: 'IP-1',
  amount: '10.50',
  currencyCode: 'GBP',
  description: 'shoes',
  reference: 'INV-7',
  fields: ['pan', 'expiry', 'csc'],
}
const posted = (changes: Partial<PostedRequest> = {}): PostedCard => ({
  door: 'twilio-pay',
  request: { ...request, ...changes },
  card: shownCard,
  fault: null,
})

/** Posts, and waits for the answer to it. */
async function answerTo(card: PostedCard) {
  const count = rig.vault.answered.length
  rig.vault.post(card)
  await until('the provider is answered', async () => {
    await rig.clock.turn(250)
    return rig.vault.answered.length > count
  })
  return rig.vault.answered.at(-1)!
}
const payments = async () => (await rig.core.payments.list(agent, { limit: 10 })).data

describe('a posted card', () => {
  it('becomes a payment in the books like any other, and the provider gets its id', async () => {
    const answer = await answerTo(posted())
    const [payment] = await payments()
    expect(answer).toMatchObject({ transaction_id: 'IP-1', charge_id: payment?.id, error_code: null })
    expect(payment).toMatchObject({
      ...{ status: 'captured', amountMinor: 1_050, currency: 'GBP', reference: 'INV-7', last4: '4242' },
      metadata: { provider_transaction: 'IP-1' },
    })
    const audit = await rig.store.db
      .selectFrom('audit')
      .select('action')
      .where('merchant_id', '=', merchantId)
      .execute()
    expect(audit.map(({ action }) => action)).toEqual(
      expect.arrayContaining([
        'payment.created',
        'payment.armed',
        'payment.collected',
        'payment.confirmed',
        'payment.approved',
      ]),
    )
  })

  it('is one payment however often its transaction comes, at once or later', async () => {
    rig.vault.post(posted())
    rig.vault.post(posted())
    await until('both are answered', async () => {
      await rig.clock.turn(250)
      return rig.vault.answered.length === 2
    })
    const later = await answerTo(posted())
    expect(new Set([...rig.vault.answered, later].map(({ charge_id }) => charge_id)).size).toBe(1)
    expect(rig.vault.sent).toHaveLength(1)
    expect(await payments()).toHaveLength(1)
  })

  it('is refused when its transaction was another payment before', async () => {
    await answerTo(posted())
    expect(await answerTo(posted({ amount: '99.00' }))).toMatchObject({ error_code: 'transaction_reused' })
    expect(rig.vault.sent).toHaveLength(1)
  })

  it('that the bank declines is told as 200 with the reason in the standard’s words', async () => {
    rig.vault.gateway = (call) => rig.gateway.decline(call)
    expect(await answerTo(posted())).toMatchObject({
      charge_id: null,
      error_code: expect.stringMatching(/^[a-z_]+$/),
    })
    expect((await payments())[0]).toMatchObject({ status: 'declined' })
  })

  it('whose outcome is lost is inquired while the provider waits', async () => {
    rig.vault.gateway = (call) => rig.gateway.approveAndReset(call)
    expect(await answerTo(posted())).toMatchObject({
      error_code: null,
      charge_id: expect.stringMatching(/^pay_/),
    })
    expect(rig.gateway.ledger).toHaveLength(1)
  })

  it('that stays unknown is never called failed: the provider hears that nobody may try again', async () => {
    rig.gateway.inquiryStatus = 503
    rig.vault.gateway = (call) => rig.gateway.approveAndReset(call)
    expect(await answerTo(posted())).toMatchObject({ charge_id: null, error_code: 'outcome_unknown' })
    rig.gateway.inquiryStatus = 200
    const [payment] = await payments()
    await rig.settles(payment!.id, 'captured', 5_000)
  })

  it.each([
    ['an amount that is none', { amount: '10.505' }, 'invalid_amount'],
    ['no amount', { amount: null }, 'invalid_amount'],
    ['nothing', { amount: '0.00' }, 'invalid_amount'],
    ['a currency that is none', { currencyCode: 'ZZZ' }, 'invalid_amount'],
    ['a card number in the description', { description: '4242424242424242' }, 'processing_error'],
    ['a token from a gateway that keeps none', { method: 'tokenize' }, 'processing_error'],
  ] as const)('is not sent with %s', async (_what, changes, code) => {
    expect(await answerTo(posted(changes))).toMatchObject({ error_code: code })
    expect(rig.vault.sent).toHaveLength(0)
    expect(await payments()).toHaveLength(0)
  })

  it('that was not valid, or came by a door that nobody knows, makes no payment', async () => {
    const bad = { ...posted(), card: null, fault: { field: 'csc', fault: 'wrong-length' } } as const
    expect(await answerTo(bad)).toMatchObject({ error_code: 'invalid_cvv' })
    expect(await answerTo({ ...posted(), door: 'none' })).toMatchObject({ error_code: 'processing_error' })
    expect(await payments()).toHaveLength(0)
  })
})
