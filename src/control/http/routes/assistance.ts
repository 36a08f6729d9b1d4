import { z } from 'zod'
import { Assistance } from '../../../contracts/assistance.ts'
import type { CallRegistry } from '../../calls/registry.ts'
import type { AssistedCalls } from '../../collection/assisted-calls.ts'
import { CallNotLive } from '../../payments/payment-errors.ts'
import { principalOf } from '../request-context.ts'
import type { RouteApp } from './route-app.ts'

const tags = ['calls']
const params = z.strictObject({ id: z.string().max(64) })
const response = { 200: Assistance }

export type AssistanceRouteParts = { readonly calls: CallRegistry; readonly assisted: AssistedCalls }

/** How the caller of one call is helped to key a card beside an agent. */
export function assistanceRoutes(app: RouteApp, { calls, assisted }: AssistanceRouteParts): void {
  app.get(
    '/v1/calls/:id/assistance',
    {
      config: { access: 'calls:read' },
      schema: { tags, summary: 'What helps the caller to key: silence until it is chosen', params, response },
    },
    async (request) => {
      const { id } = await calls.find(principalOf(request).actor.merchantId, request.params.id)
      return assisted.of(id)
    },
  )

  app.post(
    '/v1/calls/:id/assistance',
    {
      config: { access: 'payments:take' },
      schema: {
        tags,
        summary:
          'Choose beeps or spoken prompts for the caller, and whether the agent hears them key the number',
        description:
          'Counts at once, and for every card of the call. Prompts are played to the caller only. With `muteCaller` the ' +
          'agent hears silence from the moment the card number is asked for until it is complete.',
        params,
        body: Assistance,
        response,
      },
    },
    async (request) => {
      const call = await calls.find(principalOf(request).actor.merchantId, request.params.id)
      if (call.status === 'ended') throw new CallNotLive()
      assisted.choose(call.id, request.body)
      return assisted.of(call.id)
    },
  )
}
