import { it } from 'vitest'
import { fiveYears } from './five-years.ts'

/** In the project `postgres` alone, as its name says; the same on SQLite is `five-years.process.test.ts`. */
it(
  'five years of renewals on PostgreSQL, with a gateway that fails one charge in three: no run is missed, none is charged twice',
  {
    timeout: 600_000,
  },
  () => fiveYears('PostgreSQL'),
)
