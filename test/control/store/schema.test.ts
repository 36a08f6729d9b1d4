import path from 'node:path'
import { expect, it } from 'vitest'
import { openStore } from '../../../src/control/store/store.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { testPlace } from '../../support/test-place.ts'
import { dumpSchema } from './dump-schema.ts'

/** After a new migration: `npx vitest run --update` with `--project core` and with `--project postgres`, and read what changed. */
it('the schema that the migrations make is the one that is committed', async () => {
  const test = await testPlace()
  const store = await openStore({ ...test.place, clock: new ManualClock() })
  const committed = path.resolve(`src/control/store/schema.${store.kind}.sql`)
  try {
    await expect(await dumpSchema(store)).toMatchFileSnapshot(committed)
  } finally {
    await store.close()
    await test.remove()
  }
})
