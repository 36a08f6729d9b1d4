import { it } from 'vitest'
import { fiveYears } from './five-years.ts'

it(
  'five years of renewals with a gateway that fails one charge in three: no run is missed, none is charged twice',
  {
    timeout: 300_000,
  },
  () => fiveYears('SQLite'),
)
