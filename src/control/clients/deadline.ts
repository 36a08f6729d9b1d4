import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'

/** Another process is connected and does not answer: what was asked of it may or may not have happened. */
export class PeerSilent extends AppError {
  readonly code = 'PEER_SILENT'
  readonly remedy = 'retry'
}

/** The promise's result, or PeerSilent after `limitMs`. The work itself goes on: the caller must be able to live with it. */
export function within<T>(clock: Clock, limitMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(limitMs, () => reject(new PeerSilent('the other process does not answer')))
    work.then(resolve, reject).finally(() => timer.cancel())
  })
}
