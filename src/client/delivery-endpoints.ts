import { z } from 'zod'
import { AttemptResource, DeliveryResource } from '../contracts/deliveries.ts'
import { Page } from '../contracts/desk-port.ts'
import { all, answers, nothing, takes } from './endpoint.ts'

/** Where every event went. */
export const deliveryEndpoints = {
  listDeliveries: answers(Page(DeliveryResource)),
  listDeliveryAttempts: answers(all(AttemptResource)),
  replayDelivery: takes(nothing, DeliveryResource),
  replayDead: takes(z.strictObject({ target: z.string() }), z.strictObject({ count: z.number().int() })),
} as const
