import { systemClock } from '../../base/clock.ts'
import { type Order, readOrder } from '../card-messages.ts'
import { CollectionRunner } from './collection-runner.ts'
import { closeHandle } from './handles.ts'
import { type OneCard, serveOneCard } from './one-card.ts'

/** One card, then this process ends. Started ahead of time by the pool, by way of the nursery. */
serveOneCard(readOrder, ({ digits, report, leave }: OneCard) => {
  let runner: CollectionRunner | undefined
  return (order: Order, handle) => {
    if (order.type === 'open') {
      if (runner) throw new Error('one process, one card')
      runner = new CollectionRunner({ opening: order, digits, clock: systemClock, report, onEnd: leave })
    } else if (order.type === 'stop') {
      if (runner) runner.dispatch({ type: 'stopped', why: order.why })
      else leave(order.why)
    } else if (!runner) closeHandle(handle)
    else if (order.type === 'digits') runner.acceptDigits(handle)
    else if (order.type === 'send') runner.send(order, handle)
    else runner.dispatch(order)
  }
})
