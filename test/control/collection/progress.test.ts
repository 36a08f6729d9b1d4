import { describe, expect, it } from 'vitest'
import type { VaultEvent } from '../../../src/contracts/vault-port.ts'
import { noProgress, progressAfter, viewOf } from '../../../src/control/collection/progress.ts'

const collectionId = 'col_00000000000000000000000000'
const seenAfter = (...events: VaultEvent[]) =>
  events.reduce(progressAfter, noProgress(['pan', 'expiry', 'csc']))

describe('what the agent sees of a collection', () => {
  it('keeps a field’s fault to be read until the caller keys again', () => {
    const rejected = { type: 'field-rejected', collectionId, field: 'pan', fault: 'luhn' } as const
    const asked = { type: 'field-asked', collectionId, field: 'pan' } as const
    expect(seenAfter(rejected, asked).fields[0]).toEqual({
      field: 'pan',
      state: 'asked',
      length: 0,
      fault: 'luhn',
    })
    const keyed = { type: 'field-progressed', collectionId, field: 'pan', length: 1 } as const
    expect(seenAfter(rejected, asked, keyed).fields[0]).toMatchObject({
      state: 'keying',
      length: 1,
      fault: null,
    })
  })

  it('empties a cleared field and all that follow it', () => {
    const cleared = seenAfter(
      { type: 'field-progressed', collectionId, field: 'pan', length: 16, brand: 'visa' },
      { type: 'field-accepted', collectionId, field: 'pan', length: 16 },
      { type: 'field-accepted', collectionId, field: 'expiry', length: 4 },
      { type: 'field-cleared', collectionId, field: 'expiry', by: 'agent' },
    )
    expect(cleared.fields.map(({ state, length }) => [state, length])).toEqual([
      ['accepted', 16],
      ['asked', 0],
      ['waiting', 0],
    ])
    expect(cleared.brand).toBe('visa')
  })

  it('has no deadline while the caller is on hold', () => {
    const deadline = { type: 'deadline-moved', collectionId, deadlineAt: 9 } as const
    const held = { type: 'suspended', collectionId, suspended: true } as const
    const view = (...events: VaultEvent[]) =>
      viewOf({
        ...{ id: collectionId, at: 'collecting', secured: true, why: null },
        progress: seenAfter(...events),
      })
    expect(view(deadline, held)).toMatchObject({ suspended: true, deadlineAt: null })
    expect(view(deadline, held, deadline, { ...held, suspended: false })).toMatchObject({
      ...{ suspended: false, deadlineAt: 9 },
    })
  })

  it('forgets the brand with the number', () => {
    const cleared = seenAfter(
      { type: 'field-progressed', collectionId, field: 'pan', length: 6, brand: 'amex' },
      { type: 'field-cleared', collectionId, field: 'pan', by: 'caller' },
    )
    expect(cleared).toMatchObject({ brand: null, last4: null })
  })

  it('asks for nothing until the digits have a way to the card process', () => {
    const progress = seenAfter({ type: 'field-asked', collectionId, field: 'pan' })
    const seen = (at: 'arming' | 'collecting') =>
      viewOf({ id: collectionId, at, secured: true, why: null, progress }).fields[0]?.state
    expect(seen('arming')).toBe('waiting')
    expect(seen('collecting')).toBe('asked')
  })
})
