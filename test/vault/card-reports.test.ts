import { describe, expect, it } from 'vitest'
import { readOrder } from '../../src/vault/card-messages.ts'
import { readEvent, readReport } from '../../src/vault/card-reports.ts'

const collectionId = 'col_01jd3f8p0m9x2v7k4q6r5s8t1w'

describe('what a card process says', () => {
  it('is taken when it fits the contract', () => {
    expect(readReport({ type: 'opened' })).toEqual({ type: 'opened' })
    expect(readReport({ type: 'ending', why: 'finished' })).toBeDefined()
    const asked = { type: 'field-asked', field: 'pan' }
    expect(readEvent(asked, collectionId)).toEqual({ ...asked, collectionId })
  })

  it.each([
    null,
    'ready',
    { type: 'ready' },
    { type: 'ending', why: 'because' },
    { type: 'opened', extra: 1 },
    { type: 'reply', reply: { kind: 'answered', status: 7, headers: {}, body: '' } },
  ])('is not taken otherwise: %j', (message) => expect(readReport(message)).toBeUndefined())

  it('can neither end a collection by itself, nor carry digits in an event', () => {
    expect(readEvent({ type: 'ended', why: 'finished' }, collectionId)).toBeUndefined()
    const progressed = { type: 'field-progressed', field: 'pan', length: 4 }
    expect(readEvent({ ...progressed, digits: '4242' }, collectionId)).toBeUndefined()
    expect(readEvent({ ...progressed, length: 424_242 }, collectionId)).toBeUndefined()
  })

  it('is about its own collection, whatever it names', () => {
    const lie = { type: 'field-asked', field: 'pan', collectionId: 'col_01jd3f8p0m9x2v7k4q6r5s8t1x' }
    expect(readEvent(lie, collectionId)).toMatchObject({ collectionId })
  })
})

describe('what a card process is told', () => {
  it('is obeyed when the pool can have said it', () => {
    expect(readOrder({ type: 'restart' })).toEqual({ type: 'restart' })
    expect(readOrder({ type: 'print' })).toBeUndefined()
    expect(readOrder(undefined)).toBeUndefined()
  })
})
