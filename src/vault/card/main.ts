import { systemClock } from '../../base/clock.ts'
import type { CollectionEnd } from '../../contracts/vault-port.ts'
import { type Order, type Report, readOrder } from '../card-messages.ts'
import { sealProcess } from '../launch/seal.ts'
import { expectShortLife } from '../launch/short-life.ts'
import { CollectionRunner, closeHandle } from './collection-runner.ts'
import { DigitBuffer } from './digit-buffer.ts'

/** One card, then this process ends. Started ahead of time by the pool, by way of the nursery. */
expectShortLife()
const digits = new DigitBuffer()
const findings = sealProcess({ keepOffDisk: [digits.memory] })
let runner: CollectionRunner | undefined
let going = false

process.on('message', (message, handle: unknown) => {
  const order = readOrder(message)
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

function obey(order: Order, handle: unknown): void {
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

function leave(why: CollectionEnd | 'finished'): void {
  going = true
  digits.zeroAll()
  process.send?.({ type: 'ending', why } satisfies Report, () => process.exit(0))
}

function report(message: Report): void {
  process.send?.(message)
}
