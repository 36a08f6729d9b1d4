import { systemClock } from '../../base/clock.ts'
import type { CollectionEnd } from '../../contracts/vault-port.ts'
import type { Report } from '../card-messages.ts'
import { type DoorOrder, type PostedEvent, readDoorOrder } from '../door-messages.ts'
import { sealProcess } from '../launch/seal.ts'
import { expectShortLife } from '../launch/short-life.ts'
import { closeHandle } from './collection-runner.ts'
import { DigitBuffer } from './digit-buffer.ts'
import { PostRunner } from './post-runner.ts'

/** One card that a voice provider posts, then this process ends. Sealed and started as a card process is. */
expectShortLife()
const digits = new DigitBuffer()
const findings = sealProcess({ keepOffDisk: [digits.memory] })
let runner: PostRunner | undefined
let going = false

process.on('message', (message, handle: unknown) => {
  const order = readDoorOrder(message)
  if (!order || going) closeHandle(handle)
  else obey(order, handle)
})
// The pool is gone: nothing survives it.
process.on('disconnect', () => {
  digits.zeroAll()
  process.exit(0)
})
// Whatever was thrown may quote what it worked on: it is not looked at, printed or passed on.
process.on('uncaughtException', () => {
  digits.zeroAll()
  process.exit(1)
})
report({ type: 'ready', findings })

function obey(order: DoorOrder, handle: unknown): void {
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

function leave(why: CollectionEnd | 'finished'): void {
  going = true
  digits.zeroAll()
  process.send?.({ type: 'ending', why } satisfies Report, () => process.exit(0))
}

function report(message: Report | { readonly type: 'event'; readonly event: PostedEvent }): void {
  process.send?.(message)
}
