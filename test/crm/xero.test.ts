import { readFileSync } from 'node:fs'
import Ajv from 'ajv'
import addFormats from 'ajv-formats'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { hasSpec, specPath } from '../connectors/support/specs.ts'
import { agent, CrmRig, merchantId, otherAgent, otherMerchantId } from './crm-rig.ts'

const xero = {
  ...{ adapter: 'xero', grant: 'authorisation-code' },
  settings: { accountCode: '090', refundAccountCode: '200' },
  rules: { metadataKey: 'invoice', byPhone: false },
}

let rig: CrmRig
beforeEach(async () => {
  rig = await CrmRig.start()
})
afterEach(() => rig.close())

describe('requests to Xero', () => {
  /** Path of the description → schema of the body that is put or posted there. */
  const bodies: Readonly<Record<string, string>> = {
    'PUT /Payments': 'Payments',
    'POST /Payments/{PaymentID}': 'PaymentDelete',
    'PUT /CreditNotes': 'CreditNotes',
    'PUT /CreditNotes/{CreditNoteID}/Allocations': 'Allocations',
  }

  it.runIf(hasSpec('xero_accounting.yaml'))(
    'are as its own description has them: paths, headers, and bodies without a name that it does not know',
    async () => {
      const { components, paths } = parse(
        readFileSync(specPath('xero_accounting.yaml'), 'utf8'),
      ) as Description
      const ajv = addFormats.default(new Ajv.default({ strict: false, allErrors: true }))
      ajv.addSchema({ $id: 'xero', components: { schemas: closed(components.schemas) } })
      const { id: target } = await rig.connect(xero)
      rig.books.addInvoice('INV-1', 42.5)
      rig.books.addInvoice('INV-2', 42.5)
      const first = await rig.paid({ invoice: 'INV-1' })
      await rig.refunded(first, 1_000)
      const second = await rig.paid({ invoice: 'INV-2' })
      await rig.settled(target)
      await rig.voided(second)
      await rig.settled(target)
      expect(await rig.states(target)).toEqual(['delivered', 'delivered', 'delivered', 'delivered'])
      const asked = rig.books.asked.filter(({ url }) => url.pathname.startsWith('/api.xro/2.0'))
      expect(asked.length).toBeGreaterThan(10)
      for (const { method, url, headers, body } of asked) {
        const path = Object.keys(paths).find((known) =>
          matches(known, url.pathname.slice('/api.xro/2.0'.length)),
        )
        expect(paths[path ?? '']?.[method.toLowerCase()], `${method} ${url.pathname}`).toBeDefined()
        expect(headers['xero-tenant-id']).toBe(rig.books.tenantId)
        if (method === 'GET') continue
        expect(String(headers['idempotency-key']).length).toBeLessThanOrEqual(128)
        const valid = ajv.compile({ $ref: `xero#/components/schemas/${bodies[`${method} ${path}`]}` })
        expect([valid(body), valid.errors]).toEqual([true, null])
      }
    },
  )

  it('allocate a refund to what is still due, where the merchant wants it so', async () => {
    const settings = { ...xero.settings, refundAs: 'allocate' }
    const { id: target } = await rig.connect({ ...xero, settings })
    const invoice = rig.books.addInvoice('INV-1', 100)
    await rig.refunded(await rig.paid({ invoice: 'INV-1' }), 1_000)
    await rig.settled(target)
    expect(await rig.states(target)).toEqual(['delivered', 'delivered'])
    expect(invoice.AmountDue).toBe(47.5)
    expect(rig.books.creditNotes).toMatchObject([{ Total: 10, RemainingCredit: 0, Status: 'PAID' }])
  })

  it.each([
    [
      'an invoice in another currency',
      'its currency is not that of the payment',
      () => rig.books.addInvoice('INV-1', 42.5, 'EUR'),
    ],
    ['more than is due', 'is the amount more than is due', () => rig.books.addInvoice('INV-1', 40)],
    [
      'an invoice that is not approved',
      'not approved yet',
      () => Object.assign(rig.books.addInvoice('INV-1', 42.5), { Status: 'DRAFT' }),
    ],
  ])('are given up for %s, with the reason in the delivery log', async (_, because, prepare) => {
    const { id: target } = await rig.connect(xero)
    prepare()
    await rig.paid({ invoice: 'INV-1' })
    await rig.settled(target)
    expect(await rig.states(target)).toEqual(['dead'])
    const [line] = await rig.store.db.selectFrom('webhook_deliveries').selectAll().execute()
    expect(line?.outcome).toContain(because)
  })
})

describe('Xero’s refresh tokens, each good once', () => {
  it('are replaced by one at a time, however many deliveries wait for it', async () => {
    const { id: target } = await rig.connect(xero)
    await rig.clock.turn(1_900_000)
    for (let i = 1; i <= 6; i++) {
      rig.books.addInvoice(`INV-${i}`, 42.5)
      await rig.paid({ invoice: `INV-${i}` })
    }
    await rig.settled(target)
    expect(rig.books.tokens.given).toEqual(['code', 'refresh'])
    expect(await rig.states(target)).toEqual(Array(6).fill('delivered'))
  })

  it('survive a crash between the answer and the row: the one before is tried again', async () => {
    const { id: target } = await rig.connect(xero)
    await rig.clock.turn(1_900_000)
    rig.faults.order('no-answer', { on: 'tokens' })
    rig.books.addInvoice('INV-1', 42.5)
    await rig.paid({ invoice: 'INV-1' })
    await rig.restart()
    await rig.settled(target)
    expect(rig.books.tokens.given).toEqual(['code', 'refresh', 'refresh'])
    expect(await rig.states(target)).toEqual(['delivered'])
    expect(rig.books.payments).toHaveLength(1)
  })

  it('are stored before they are used', async () => {
    const { id } = await rig.connect(xero)
    const stored = () =>
      rig.store.db
        .selectFrom('connections')
        .select(['sealed_tokens', 'tokens_version'])
        .executeTakeFirstOrThrow()
    const before = await stored()
    await rig.clock.turn(1_900_000)
    const seen: unknown[] = []
    const answer = rig.books.answer.bind(rig.books)
    const row = rig.store.db.selectFrom('connections').select('tokens_version').where('id', '=', id)
    let reading = Promise.resolve()
    rig.books.answer = (request) => {
      reading = reading.then(async () => void seen.push((await row.executeTakeFirst())?.tokens_version))
      return answer(request)
    }
    rig.books.addInvoice('INV-1', 42.5)
    await rig.paid({ invoice: 'INV-1' })
    await rig.settled(id)
    await reading
    expect(new Set(seen)).toEqual(new Set([before.tokens_version + 1]))
    expect((await stored()).sealed_tokens).not.toBe(before.sealed_tokens)
  })

  it('that are refused disable the connection; what waits is written when it is connected anew', async () => {
    const { id: target } = await rig.connect(xero)
    rig.books.tokens.revoke()
    rig.books.addInvoice('INV-1', 42.5)
    await rig.paid({ invoice: 'INV-1' })
    const { connections } = rig.core
    await expect
      .poll(async () => (await connections.get(agent, target)).disabledBecause, { timeout: 15_000 })
      .toBe('reconnect: grant-refused')
    expect(await rig.states(target)).toEqual(['waiting'])
    expect(await rig.connectAgain(target)).toMatchObject({ state: 'connected', disabledBecause: null })
    await rig.settled(target)
    expect(rig.books.payments).toHaveLength(1)
  })
})

describe('Xero’s limits', () => {
  it('are kept for the organisation, whichever merchants of ours share it: none is ever refused', async () => {
    const mine = await rig.connect(xero)
    const theirs = await rig.connect(xero, otherAgent)
    const beganMs = rig.clock.now()
    for (let i = 1; i <= 30; i++) {
      rig.books.addInvoice(`INV-${i}`, 42.5)
      const merchant_id = i % 2 === 0 ? merchantId : otherMerchantId
      await rig.paid({ invoice: `INV-${i}` }, { merchant_id })
    }
    await rig.settled(mine.id)
    await rig.settled(theirs.id)
    expect(rig.books.counter.refused).toBe(0)
    expect(rig.books.payments).toHaveLength(30)
    // Three requests for each payment: 90 do not fit into one minute of 60.
    expect(rig.clock.now() - beganMs).toBeGreaterThanOrEqual(60_000)
    const lines = await rig.store.db.selectFrom('webhook_deliveries').select('attempt').execute()
    expect(new Set(lines.map(({ attempt }) => attempt))).toEqual(new Set([1]))
  })
})

type Schemas = Record<string, { properties?: object; additionalProperties?: boolean }>
type Description = {
  readonly components: { readonly schemas: Schemas }
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** A name that the description does not have is a fault: the description itself leaves them open. */
function closed(schemas: Schemas): Schemas {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      schema.properties ? { ...schema, additionalProperties: false } : schema,
    ]),
  )
}

function matches(known: string, path: string): boolean {
  return new RegExp(`^${known.replace(/\{\w+\}/g, '[^/]+')}$`).test(path)
}
