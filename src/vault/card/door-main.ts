import { systemClock } from '../../base/clock.ts'
import { type DoorOrder, readDoorOrder } from '../door-messages.ts'
import { closeHandle } from './handles.ts'
import { type OneCard, serveOneCard } from './one-card.ts'
import { PostRunner } from './post-runner.ts'

/** One card that a voice provider posts, then this process ends. Sealed and started as a card process is. */
serveOneCard(readDoorOrder, ({ digits, report, leave }: OneCard) => {
  let runner: PostRunner | undefined
  return (order: DoorOrder, handle) => {
    if (order.type === 'receive') {
      if (runner) throw new Error('one process, one card')
      runner = new PostRunner({
        ...{ receiving: order, handle, digits, clock: systemClock, onEnd: leave },
        onPosted: (event) => report({ type: 'event', event }),
        onReply: (reply) => report({ type: 'reply', reply }),
      })
    } else if (order.type === 'stop') {
      if (runner) runner.stop(order.why)
      else leave(order.why)
    } else if (!runner) closeHandle(handle)
    else if (order.type === 'send') runner.send(order, handle)
    else runner.answer(order.answer)
  }
})
