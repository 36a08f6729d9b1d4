import { describe, expect, it } from 'vitest'
import { cybersource } from '../../../src/connectors/cybersource/cybersource.ts'
import type { Outcome } from '../../../src/connectors/outcome.ts'
import type { InquireFollowUpRequest } from '../../../src/connectors/requests.ts'
import { cybersourceFixture } from '../../conformance/cybersource-fixture.ts'
import { followUpRequest } from '../../conformance/play.ts'

const { account } = cybersourceFixture
const request = followUpRequest('6461731521426399003473')
const id = '6461731521426399003474'

/** What the connector makes of the gateway's answer to its one question. */
function ask(
  changes: Partial<InquireFollowUpRequest>,
  body: object,
  status = 200,
): { asked: string; outcome: Outcome } {
  const move = cybersource.inquireFollowUp!({ ...request, kind: 'refund', ...changes }, account)
  if (move.do === 'end') throw new Error('nothing is asked')
  const reply = { kind: 'answered', status, headers: {}, body: JSON.stringify(body) } as const
  const next = cybersource.next(move.state, reply, account)
  if (next.do === 'call') throw new Error('one question too many')
  return { asked: `${move.call.method} ${move.call.path}`, outcome: next.outcome }
}

const found = (status: string | undefined, applications: object[], code = request.ourReference) => ({
  id,
  clientReferenceInformation: { code },
  applicationInformation: { status, applications },
})
const refunded = [{ name: 'ics_credit', rCode: '1', reasonCode: '100' }]

/** Written from the fields of TssV2TransactionsGet200ResponseApplicationInformation in CyberSource's client documentation. */
describe('a refund that CyberSource received', () => {
  it('is asked after by its own id, and is done once its batch was sent', () => {
    const { asked, outcome } = ask({ followUpRef: id }, found('TRANSMITTED', refunded))
    expect(asked).toBe(`GET /tss/v2/transactions/${id}`)
    expect(outcome).toEqual({ kind: 'done', gatewayRef: id })
    expect(ask({ followUpRef: id }, found('PENDING', refunded)).outcome).toEqual({
      kind: 'done',
      gatewayRef: id,
      later: true,
    })
  })

  it('has failed when its service did, or the transaction as a whole', () => {
    const refused = [{ name: 'ics_credit', rCode: '0', reasonCode: '233' }]
    expect(ask({ followUpRef: id }, found('PENDING', refused)).outcome).toMatchObject({
      kind: 'declined',
      gatewayCode: '233',
    })
    expect(ask({ followUpRef: id }, found('FAILED', [])).outcome).toMatchObject({ kind: 'declined' })
  })

  it('is unknown when the answer says nothing, and an alarm when it is about another', () => {
    expect(ask({ followUpRef: id }, found('SOMETHING_NEW', refunded)).outcome.kind).toBe('unknown')
    expect(ask({ followUpRef: id }, found(undefined, refunded)).outcome.kind).toBe('unknown')
    expect(ask({ followUpRef: id }, {}, 502).outcome.kind).toBe('unknown')
    expect(ask({ followUpRef: id }, found('TRANSMITTED', refunded, 'op_other')).outcome).toMatchObject({
      alarm: 'another-reference',
    })
  })

  it('is searched by our name for it when its own answer was lost', () => {
    const summary = {
      ...found(undefined, refunded),
      orderInformation: { amountDetails: { totalAmount: '10.50', currency: 'GBP' } },
    }
    const list = (...transactionSummaries: object[]) => ({
      totalCount: transactionSummaries.length,
      _embedded: { transactionSummaries },
    })
    const { asked, outcome } = ask({}, list(summary), 201)
    expect(asked).toBe('POST /tss/v2/searches')
    expect(outcome).toEqual({ kind: 'done', gatewayRef: id, later: true })
    expect(ask({}, list(), 201).outcome).toEqual({ kind: 'absent' })
    expect(ask({ kind: 'capture' }, list(summary), 201).outcome.kind).toBe('unknown')
  })
})
