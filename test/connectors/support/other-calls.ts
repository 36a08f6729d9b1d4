import type { Connector, GatewayAccount, Move } from '../../../src/connectors/connector.ts'
import type { GatewayCall } from '../../../src/contracts/gateway-call.ts'
import type { ConformanceFixture } from '../../conformance/fixture.ts'
import { authoriseRequest, followUpRequest } from '../../conformance/play.ts'
import { inquiry, linkRequest } from '../pay-links/examples.ts'

const withPublishableKey = (account: GatewayAccount): GatewayAccount => ({
  ...account,
  settings: { ...account.settings, publishableKey: 'pk_test_for_tests_only' },
})

/** The first call of everything that is not a payment: questions about follow-ups, pay links, settlement lines. */
export function otherCalls(connector: Connector, { account, gatewayRef }: ConformanceFixture): GatewayCall[] {
  const { payLinks, settlement } = connector
  const { idempotencyKey } = authoriseRequest()
  const followUp = followUpRequest(gatewayRef)
  const moves: (Move | undefined)[] = [
    ...(['capture', 'refund'] as const).flatMap((kind) => [
      connector.inquireFollowUp?.({ ...followUp, kind }, account),
      connector.inquireFollowUp?.({ ...followUp, kind, followUpRef: '6461731521426399003474' }, account),
    ]),
    payLinks?.create(linkRequest, account),
    payLinks?.create({ ...linkRequest, capture: false }, account),
    payLinks?.createEmbedded?.(linkRequest, withPublishableKey(account)),
    payLinks?.inquire(inquiry, account),
    payLinks?.inquire({ ...inquiry, linkRef: 'pi_1' }, account),
    payLinks?.expire?.({ ...inquiry, linkRef: 'pi_1', idempotencyKey }, account),
    payLinks?.expire?.({ ...inquiry, idempotencyKey }, account),
  ]
  const day = { sinceMs: Date.UTC(2026, 0, 15), untilMs: Date.UTC(2026, 0, 16) }
  return [
    ...moves.flatMap((move) => (move?.do === 'call' ? [move.call] : [])),
    ...(settlement
      ? [settlement.page(day, account), settlement.page({ ...day, cursor: '100' }, account)]
      : []),
  ]
}
