import { workerData } from 'node:worker_threads'
import { systemClock } from '../../../src/base/clock.ts'
import { openStore } from '../../../src/control/store/store.ts'

/** Opens a store and closes it again, on a thread of its own: its waiting for a lock blocks nobody else's loop. */
const store = await openStore({ file: (workerData as { file: string }).file, clock: systemClock })
await store.close()
