import { randomInt } from 'node:crypto'
import type { Clock } from '../../../base/clock.ts'
import { RequestRefused } from '../../../base/rpc/rpc-client.ts'
import { NewTransfer, TransferResource } from '../../../contracts/desk-port.ts'
import type { BridgeClient } from '../../clients/bridge-client.ts'
import { PlatformNotReady, TransfersNotConfigured } from '../../payments/payment-errors.ts'
import { refuseCardNumbers } from '../card-number-in-text.ts'
import { principalOf } from '../request-context.ts'
import type { RouteApp } from './route-app.ts'

const tokenDigits = 8

/** Numbers that a caller can be transferred to, so that the agent is called back on a line that can be masked. */
export function transferRoutes(
  app: RouteApp,
  { bridge, clock }: { bridge: BridgeClient; clock: Clock },
): void {
  app.post(
    '/v1/transfers',
    {
      config: { access: 'payments:take' },
      schema: {
        tags: ['calls'],
        summary: 'A number to transfer a caller to: the agent is called back, and joined with them',
        body: NewTransfer,
        response: { 201: TransferResource },
      },
    },
    async (request, reply) => {
      const { merchantId } = principalOf(request).actor
      const { agentExtension: agent, validSeconds, metadata } = request.body
      const texts = Object.entries(metadata).map(([key, value]) => [`/metadata/${key}`, `${key} ${value}`])
      refuseCardNumbers(Object.fromEntries(texts))
      if (!bridge.up) throw new PlatformNotReady()
      const token = String(randomInt(10 ** tokenDigits)).padStart(tokenDigits, '0')
      const validMs = validSeconds * 1_000
      try {
        const transfer = { token, agent, merchantId, validMs, metadata }
        const { dial } = await bridge.call('expect-transfer', transfer)
        return reply.code(201).send({ dial, expiresAt: clock.now() + validMs })
      } catch (error) {
        if (error instanceof RequestRefused && error.code === 'NO_TRANSFERS')
          throw new TransfersNotConfigured()
        throw error
      }
    },
  )
}
