import { createHmac } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AppError } from '../../../src/base/errors.ts'
import { statusOf } from '../../../src/control/http/error-status.ts'
import { gatewayWebhookRoutes } from '../../../src/control/http/routes/gateway-webhooks.ts'
import { merchantId } from '../payments/rig.ts'
import { oldSecret, SandboxRig, webhookSecret } from '../payments/sandbox-rig.ts'
import { until } from '../payments/until.ts'

let sandbox: SandboxRig
let app: FastifyInstance
beforeEach(async () => {
  sandbox = await SandboxRig.start()
  app = Fastify({ routerOptions: { maxParamLength: 128 } })
  app.setErrorHandler((error, _request, reply) => {
    const { code } = error as AppError
    return reply.code(statusOf(error as AppError)).send({ code })
  })
  gatewayWebhookRoutes(app, {
    receive: (id, delivered) => sandbox.rig.core.gatewayEvents.receive(id, delivered),
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
})
afterEach(async () => {
  await sandbox.close()
  await app.close()
})

/** From now on the sandbox gateway posts what happens. */
async function connected(secret = webhookSecret) {
  const { port } = app.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/v1/gateways/sandbox/webhooks`
  await sandbox.client.put('/v1/webhook', { url, secret })
}

const events = () =>
  sandbox.rig.store.db.selectFrom('gateway_events').selectAll().orderBy('received_at').execute()

async function allProcessed(state: 'done' | 'parked' = 'done') {
  await until(`every event is ${state}`, async () => {
    await sandbox.rig.clock.turn(1_000)
    const rows = await events()
    return rows.length > 0 && rows.every((row) => row.state === state)
  })
}

function signed(event: object, { secret = webhookSecret, at = sandbox.rig.clock.now() } = {}) {
  const body = JSON.stringify(event)
  const seconds = Math.floor(at / 1_000)
  const digest = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  return { body, headers: { 'sandbox-signature': `t=${seconds},v1=${digest}` } }
}

function post({ body, headers }: { body: string; headers: Record<string, string> }, gateway = 'sandbox') {
  const url = `/v1/gateways/${gateway}/webhooks`
  return app.inject({
    method: 'POST',
    url,
    headers: { ...headers, 'content-type': 'application/json' },
    payload: body,
  })
}

const refund = (changes: object) => ({
  id: 'evt_1',
  type: 'refund.done',
  data: {
    ...{ id: 'ref_1', kind: 'refund', state: 'done', authorisationId: 'auth_none' },
    ...{ amount: 1_050, currency: 'GBP', ourReference: 'op_none', ...changes },
  },
})

describe('a webhook of a gateway', () => {
  it('settles a payment whose answer was lost, although every inquiry hangs', async () => {
    await connected()
    await sandbox.client.fault({ fault: 'reset-after-commit' })
    const { id } = await sandbox.rig.collecting()
    sandbox.rig.vault.keyCard()
    await until('it is known', async () => {
      await sandbox.rig.clock.turn(100)
      return (await sandbox.rig.get(id)).status === 'captured'
    })
    await allProcessed()
    expect(await sandbox.booked('authorisation')).toHaveLength(1)
  })

  it('ends a pending refund, days after it was ordered', async () => {
    await connected()
    const { id: paymentId } = await sandbox.approved()
    await sandbox.client.fault({ fault: 'pending', on: 'refund' })
    expect(await sandbox.order({ paymentId, kind: 'refund' })).toMatchObject({ state: 'pending' })
    await sandbox.settles(paymentId, 'done')
    expect(await sandbox.rig.get(paymentId)).toMatchObject({ status: 'refunded', refundedMinor: 1_050 })
  })

  it('says that a pending refund failed: its amount is free again', async () => {
    await connected()
    const { id: paymentId } = await sandbox.approved()
    await sandbox.client.fault({ fault: 'pending-fails', on: 'refund' })
    await sandbox.order({ paymentId, kind: 'refund' })
    await sandbox.settles(paymentId, 'failed')
    expect(await sandbox.rig.get(paymentId)).toMatchObject({ status: 'captured', refundedMinor: 0 })
    expect(await sandbox.order({ paymentId, kind: 'refund' })).toMatchObject({ state: 'done' })
  })

  it('is stored once and changes nothing twice, however often and in whatever order it comes', async () => {
    const { id: paymentId } = await sandbox.approved()
    await sandbox.client.fault({ fault: 'pending', on: 'refund' })
    const { id: ourReference } = await sandbox.order({ paymentId, kind: 'refund' })
    const { gatewayRef: authorisationId } = await sandbox.rig.get(paymentId)
    const done = signed(refund({ ourReference, authorisationId }))
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(done)))
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]))
    await allProcessed()
    const late = refund({ ourReference, authorisationId, state: 'failed' })
    await post(signed({ ...late, id: 'evt_2', type: 'refund.failed' }))
    await allProcessed()
    expect(await events()).toHaveLength(2)
    expect(await sandbox.rig.get(paymentId)).toMatchObject({ status: 'refunded', refundedMinor: 1_050 })
  })

  it('about a payment that is not known here is parked, not dropped', async () => {
    await post(signed(refund({})))
    await allProcessed('parked')
    expect(await events()).toMatchObject([{ merchant_id: null, because: 'about nothing that is known here' }])
  })

  it('of another amount is an alarm, and no success', async () => {
    const { id: paymentId } = await sandbox.approved()
    await sandbox.client.fault({ fault: 'pending', on: 'refund' })
    const { id: ourReference } = await sandbox.order({ paymentId, kind: 'refund', amountMinor: 500 })
    const { gatewayRef: authorisationId } = await sandbox.rig.get(paymentId)
    await post(signed(refund({ ourReference, authorisationId, amount: 501 })))
    await allProcessed()
    expect((await sandbox.operations(paymentId))[0]).toMatchObject({ state: 'pending' })
    const alarms = sandbox.rig.store.db
      .selectFrom('audit')
      .select('action')
      .where('merchant_id', '=', merchantId)
    expect(await alarms.where('action', '=', 'payment.integrity-alarm').execute()).toHaveLength(1)
  })
})

describe('a webhook that is not believed', () => {
  it('has no signature, a wrong one, an old one, or changed bytes: 401, and nothing is kept', async () => {
    const good = signed(refund({}))
    const fiveMinutesAgo = sandbox.rig.clock.now() - 5 * 60_000 - 1_000
    const bad = [
      { ...good, headers: {} },
      signed(refund({}), { secret: 'whsec_of_somebody_else' }),
      signed(refund({}), { at: fiveMinutesAgo }),
      { ...good, body: good.body.replace('1050', '1051') },
      { ...good, body: `${good.body} ` },
    ]
    for (const delivery of bad) expect((await post(delivery)).statusCode).toBe(401)
    expect(await events()).toEqual([])
  })

  it('is for a gateway that there is not: 404', async () => {
    expect((await post(signed(refund({})), 'none')).statusCode).toBe(404)
  })

  it('is not that of a secret which is being replaced: both are good', async () => {
    expect((await post(signed(refund({}), { secret: oldSecret }))).statusCode).toBe(200)
    expect((await post(signed({ ...refund({}), id: 'evt_2' }))).statusCode).toBe(200)
  })
})
