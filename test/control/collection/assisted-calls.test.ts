import { beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../src/base/log.ts'
import { Assistance } from '../../../src/contracts/assistance.ts'
import type { VaultEvent } from '../../../src/contracts/vault-port.ts'
import type { BridgeClient } from '../../../src/control/clients/bridge-client.ts'
import { AssistedCalls } from '../../../src/control/collection/assisted-calls.ts'
import type { Collection } from '../../../src/control/collection/runner.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const callId = `call_${'0'.repeat(26)}`
const collectionId = `col_${'0'.repeat(26)}`

let told: [string, Record<string, unknown>][]
let assisted: AssistedCalls
let brand: 'amex' | null

beforeEach(() => {
  told = []
  brand = null
  const bridge = {
    async call(method: string, params: Record<string, unknown>) {
      told.push([method, params])
      return null
    },
  } as unknown as BridgeClient
  assisted = new AssistedCalls({ bridge, clock: new ManualClock(), log: silentLog })
})

const collectionOf = (flow: 'agent' | 'selfService' = 'agent', at = 'collecting') =>
  ({ callId, flow, view: { brand }, state: { at } }) as unknown as Collection

type Happened = VaultEvent extends infer E
  ? E extends { collectionId: string }
    ? Omit<E, 'collectionId'>
    : never
  : never
const happens = (...events: Happened[]) => {
  for (const event of events) assisted.onVault(collectionOf(), { ...event, collectionId } as VaultEvent)
}
const played = () => told.flatMap(([method, { audio }]) => (method === 'play' ? [audio] : []))
const muted = () => told.flatMap(([method, params]) => (method === 'mute-caller' ? [params.muted] : []))
const asked = (field: 'pan' | 'expiry' | 'csc') => ({ type: 'field-asked', field }) as const
const choose = (chosen: object) => assisted.choose(callId, Assistance.parse(chosen))

describe('a caller beside an agent', () => {
  it('hears nothing until the agent chooses otherwise', () => {
    happens(asked('pan'), { type: 'field-progressed', field: 'pan', length: 1 })
    expect(told).toEqual([])
    expect(assisted.of(callId)).toEqual({ prompts: 'silence', locale: 'en-GB', muteCaller: false })
  })

  it('hears a short beep for each digit that was taken, a long one for a field, a low one for a fault', () => {
    choose({ prompts: 'beeps' })
    happens(
      asked('expiry'),
      { type: 'field-progressed', field: 'expiry', length: 1 },
      { type: 'field-rejected', field: 'expiry', fault: 'expired' },
      { type: 'field-accepted', field: 'expiry', length: 4 },
    )
    expect(played()).toEqual([['sounds/beep'], ['sounds/refused'], ['sounds/accepted']])
  })

  it('is told what to key, in the language chosen, and why it has to be keyed again', () => {
    choose({ prompts: 'spoken', locale: 'fr-FR' })
    brand = 'amex'
    happens(asked('pan'), { type: 'field-rejected', field: 'pan', fault: 'luhn' }, asked('pan'), asked('csc'))
    expect(played()).toEqual([
      ['fr-FR/pan.ask'],
      ['fr-FR/fault.luhn', 'fr-FR/pan.ask'],
      ['fr-FR/csc.ask.amex'],
    ])
  })

  it('is silent to the agent while the card number is keyed, and only then', () => {
    choose({ muteCaller: true })
    happens(asked('pan'), { type: 'field-accepted', field: 'pan', length: 16 }, asked('expiry'))
    expect(muted()).toEqual([true, false])
  })

  it('is silent at once when the agent asks for it in the middle of the number, with nothing chosen before', () => {
    happens(asked('pan'), { type: 'field-progressed', field: 'pan', length: 4 })
    choose({ muteCaller: true })
    expect(muted()).toEqual([true])
    happens({ type: 'field-accepted', field: 'pan', length: 16 })
    expect(muted()).toEqual([true, false])
  })

  it('is heard again when the collection ends in the middle of the number, or the agent wishes it', () => {
    choose({ muteCaller: true })
    happens(asked('pan'))
    assisted.onCollection(collectionOf('agent', 'ended'))
    happens(asked('pan'))
    choose({ muteCaller: false })
    expect(muted()).toEqual([true, false, true, false])
  })
})

it('a caller without an agent is left to the flow', () => {
  choose({ prompts: 'spoken', muteCaller: true })
  assisted.onVault(collectionOf('selfService'), { type: 'field-asked', field: 'pan', collectionId })
  expect(told.filter(([method]) => method !== 'stop-playing')).toEqual([])
})
