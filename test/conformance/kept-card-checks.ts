import { expect } from 'vitest'
import type { Connector } from '../../src/connectors/connector.ts'
import type { StoredCardRequest } from '../../src/connectors/requests.ts'
import type { GatewayCall } from '../../src/contracts/gateway-call.ts'
import { allows } from '../../src/vault/policy.ts'
import { approve, type Check, frozenAccount } from './check.ts'
import type { ConformanceFixture } from './fixture.ts'
import { frozen, play, storedCardRequest } from './play.ts'

const networkRef = '123456789619999'

function callsWith(
  connector: Connector,
  fixture: ConformanceFixture,
  request: Partial<StoredCardRequest>,
): readonly GatewayCall[] {
  const account = frozenAccount(fixture)
  const first = connector.authoriseStored!(frozen(storedCardRequest(request)), account)
  return play([connector, account], first, (call) => fixture.answer(call, approve)).calls
}

const slotsOf = ({ body }: GatewayCall) =>
  (body?.fields ?? []).filter(({ value }) => typeof value === 'object')

/** Of cards that the gateway keeps. */
export const keptCardChecks: readonly Check[] = [
  {
    name: 'names the first payment to the scheme in a renewal, where the gateway has a field for it',
    run(connector, fixture) {
      if (!connector.authoriseStored) return
      const calls = callsWith(connector, fixture, { initiator: 'merchant', networkRef })
      const isNamed = calls.some(({ body }) => body?.fields.some(({ value }) => value === networkRef))
      expect(isNamed).toBe(fixture.namesFirstPayment ?? false)
      const plain = callsWith(connector, fixture, { initiator: 'merchant' })
      expect(JSON.stringify(plain)).not.toContain('undefined')
    },
  },
  {
    name: 'leaves the slot of a security code that was keyed again, and no other, with a kept card',
    run(connector, fixture) {
      const { id, facts } = connector
      if (!facts.storedCsc) return
      const calls = callsWith(connector, fixture, { initiator: 'customer', withCsc: true })
      const [call, another] = calls.filter((one) => slotsOf(one).length > 0)
      expect(another).toBeUndefined()
      expect(slotsOf(call!).map(({ value }) => value)).toEqual([{ slot: 'csc' }])
      const destination = { connector: id, origin: fixture.account.origin }
      expect(allows(destination, call!)).toBe(true)
      for (const literal of call!.body!.fields.filter(({ value }) => typeof value !== 'object')) {
        const fields = call!.body!.fields.map((field) =>
          field === literal ? { ...field, value: { slot: 'csc' as const } } : field,
        )
        expect(allows(destination, { ...call!, body: { ...call!.body!, fields } })).toBe(false)
      }
      expect(callsWith(connector, fixture, { initiator: 'customer' }).flatMap(slotsOf)).toEqual([])
    },
  },
]
