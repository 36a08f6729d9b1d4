import { beforeEach, inject } from 'vitest'
import { postgresIsMissing } from './postgres-server.ts'

/** In the project `postgres` only: without a server nothing of it can run, and every test says so. */
beforeEach((context) => {
  if (inject('postgres') === null) context.skip(postgresIsMissing)
})
