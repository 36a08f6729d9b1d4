import { z } from 'zod'
import { AttemptResource, DeliveryResource } from '../contracts/deliveries.ts'
import { Page } from '../contracts/desk-port.ts'
import { all, get, nothing, post } from './endpoint.ts'

/** Where every event went. */
export const deliveryEndpoints = {
  listDeliveries: get('/v1/deliveries', Page(DeliveryResource)),
  listDeliveryAttempts: get('/v1/deliveries/{id}/attempts', all(AttemptResource)),
  replayDelivery: post('/v1/deliveries/{id}/replay', nothing, DeliveryResource),
  replayDead: post(
    '/v1/deliveries/replay-dead',
    z.strictObject({ target: z.string() }),
    z.strictObject({ count: z.number().int() }),
  ),
} as const
