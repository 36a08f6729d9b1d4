import type { CollectionEnd } from '../../contracts/vault-port.ts'
import type { Report } from '../card-messages.ts'
import type { PostedEvent } from '../door-messages.ts'
import { sealProcess } from '../launch/seal.ts'
import { expectShortLife } from '../launch/short-life.ts'
import { DigitBuffer } from './digit-buffer.ts'
import { closeHandle } from './handles.ts'

/** What the work on one card may use of its process. */
export type OneCard = {
  readonly digits: DigitBuffer
  report(message: Report | { readonly type: 'event'; readonly event: PostedEvent }): void
  /** Zeroes the digits, says why, and ends the process. */
  leave(why: CollectionEnd | 'finished'): void
}

/**
 * The frame of a process for one card: sealed before it says that it is there, obeys its pool, and is gone, its digits zeroed,
 * when the card has ended, when the pool is gone, and when anything is thrown.
 *
 * @param read gives the order that a message is, if it is one
 * @param begin gives what obeys the orders; a handle that comes with one is then its to close
 */
export function serveOneCard<Order>(
  read: (message: unknown) => Order | undefined,
  begin: (card: OneCard) => (order: Order, handle: unknown) => void,
): void {
  expectShortLife()
  const digits = new DigitBuffer()
  const findings = sealProcess({ keepOffDisk: [digits.memory] })
  let going = false
  const report: OneCard['report'] = (message) => void process.send?.(message)
  const obey = begin({
    digits,
    report,
    leave(why) {
      going = true
      digits.zeroAll()
      process.send?.({ type: 'ending', why } satisfies Report, () => process.exit(0))
    },
  })
  process.on('message', (message, handle: unknown) => {
    const order = read(message)
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
}
