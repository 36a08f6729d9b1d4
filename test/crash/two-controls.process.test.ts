import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { ApiRefused } from '../../src/client/api-client.ts'
import type { OperationResource } from '../../src/contracts/operations.ts'
import { PostgresServer, postgresFolder } from '../support/postgres-server.ts'
import { Attention } from './attention.ts'
import { Caller } from './caller.ts'
import { ControlProcess } from './control-process.ts'
import { apiKey, laneConfig } from './lane-config.ts'
import { Peers } from './peers.ts'
import { Till } from './till.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'tw-two-'))
const originMs = systemClock.now()
let server: PostgresServer
let peers: Peers
let one: ControlProcess
let other: ControlProcess
/** Captured payments of one control; the other shares nothing with it but the database. */
let paymentId: (amountMinor: number) => Promise<string>

/** Two processes of control on one database: a load balancer may send the same request to both. */
describe.skipIf(!postgresFolder())('a key that comes to two controls on one PostgreSQL', () => {
  beforeAll(async () => {
    server = await PostgresServer.start()
    peers = await Peers.start(folder, originMs)
    const databaseUrl = await server.database()
    const config = laneConfig({ folder, peers, databaseFile: path.join(folder, 'unused'), databaseUrl })
    const process = () =>
      new ControlProcess({ config, originMs, broken: null, apiKey, codeCache: path.join(folder, 'code') })
    one = process()
    await one.start()
    const attention = new Attention(one, () => peers.activity)
    const caller = new Caller(one, peers)
    await caller.ready(attention)
    const till = new Till({ control: one, peers, attention })
    paymentId = async (amountMinor) => {
      const { callId } = caller
      const body = { callId, amountMinor, currency: 'GBP', reference: `R ${amountMinor}` }
      const { id } = await till.create({ body, key: randomUUID() })
      await till.ask(id, 'arm')
      peers.vault.keyCard()
      expect(await till.rest(id)).toMatchObject({ status: 'captured' })
      return id
    }
    other = process()
    await other.start()
  })
  afterAll(async () => {
    for (const control of [one, other]) control?.kill()
    await Promise.all([one, other].map((control) => control?.gone()))
    await peers?.stop()
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const refund = (control: ControlProcess, id: string, key: string): Promise<OperationResource | string> =>
    control.api.request('refund', { id, key, body: { amountMinor: 100 } }).catch((error: unknown) => {
      if (error instanceof ApiRefused) return error.problem.code
      throw error
    })
  const refundsOf = (reference: string) => peers.ledger(reference).filter(({ kind }) => kind === 'refund')

  it('is one order, however often it is given to both at once, and the same answer from both', async () => {
    const id = await paymentId(10_01)
    const both = Array.from({ length: 100 }, (_, index) => refund(index % 2 ? one : other, id, 'k-1'))
    const answers = await Promise.all(both)
    const orders = answers.filter((answer) => typeof answer === 'object')
    expect(orders.length).toBeGreaterThan(0)
    expect(new Set(orders.map((order) => order.id)).size).toBe(1)
    const refusals = answers.filter((answer) => typeof answer === 'string')
    expect(new Set(refusals)).toEqual(new Set(refusals.length > 0 ? ['IDEMPOTENCY_IN_FLIGHT'] : []))
    expect(await refund(one, id, 'k-1')).toEqual(await refund(other, id, 'k-1'))
    expect(refundsOf('R 1001')).toHaveLength(1)
  })

  it('is in flight at the other while the first one is at the gateway, and unknown once that one was killed', async () => {
    const id = await paymentId(10_02)
    await peers.planOperation('refund', 'hang')
    const lost = refund(one, id, 'k-2').catch(() => 'no answer')
    const booked = async () => refundsOf('R 1002').length === 1
    const attention = new Attention(other, () => peers.activity)
    await attention.until({ what: 'the gateway has it', condition: booked })
    expect(await refund(other, id, 'k-2')).toBe('IDEMPOTENCY_IN_FLIGHT')
    one.kill()
    await one.gone()
    expect(await lost).toBe('no answer')
    // The lease runs out: nobody vouches for the request any more, and nobody guesses what came of it.
    const code = async () => (await refund(other, id, 'k-2')) === 'IDEMPOTENCY_OUTCOME_UNKNOWN'
    await attention.until({ what: 'the lease has run out', condition: code })
    expect(refundsOf('R 1002')).toHaveLength(1)
  })
})
