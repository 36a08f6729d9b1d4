import type { TestProject } from 'vitest/node'
import { systemClock } from '../../src/base/clock.ts'
import { Secret } from '../../src/base/secret.ts'
import { openStore } from '../../src/control/store/store.ts'
import { PostgresServer, postgresFolder, postgresIsMissing } from './postgres-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A server that all tests of the project share, and an up-to-date database that each copies; null: SQLite. */
    readonly postgres: { readonly url: string; readonly template: string } | null
  }
}

const template = 'up_to_date'

/** One PostgreSQL server for the project `postgres`. Without the package: skipped here, a failure in CI. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!postgresFolder()) {
    if (process.env.CI) throw new Error(postgresIsMissing)
    console.warn(`${postgresIsMissing}. The tests on PostgreSQL are skipped.`)
    project.provide('postgres', null)
    return
  }
  const server = await PostgresServer.start()
  await server.run(`create database ${template}`)
  const store = await openStore({ url: new Secret(server.url(template)), clock: systemClock })
  await store.close()
  project.provide('postgres', { url: server.url(), template })
  return () => server.stop()
}
