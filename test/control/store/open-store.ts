import { workerData } from 'node:worker_threads'
import { systemClock } from '../../../src/base/clock.ts'
import { Secret } from '../../../src/base/secret.ts'
import { openStore } from '../../../src/control/store/store.ts'

/** Opens a store and closes it again, on a thread of its own: its waiting for a lock blocks nobody else's loop. */
const { file, url } = workerData as { readonly file?: string; readonly url?: string }
const place = url ? { url: new Secret(url) } : { file: file ?? '' }
const store = await openStore({ ...place, clock: systemClock })
await store.close()
