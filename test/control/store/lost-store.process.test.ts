import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { PostgresServer, postgresFolder } from '../../support/postgres-server.ts'
import { agent, Rig } from '../payments/rig.ts'
import { until } from '../payments/until.ts'

const cleanUps: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

const notReady = { code: 'PLATFORM_NOT_READY' }

async function startRig(place: NonNullable<Parameters<typeof Rig.start>[0]>['place']): Promise<Rig> {
  const rig = await Rig.start(place ? { place } : {})
  cleanUps.push(() => rig.close())
  return rig
}

/** The gateway has approved, and from then on the store fails. */
async function approvedWhile(rig: Rig, storeFails: () => Promise<unknown> | unknown): Promise<string> {
  rig.vault.gateway = async (call) => {
    const reply = rig.gateway.approve(call)
    await storeFails()
    return reply
  }
  const { id } = await rig.collecting()
  rig.vault.keyCard()
  await until('the trouble is known', async () => {
    await rig.clock.turn(500)
    return rig.store.trouble !== null
  })
  return id
}

async function comesBack(rig: Rig, id: string): Promise<void> {
  await until('rows can be kept again', async () => {
    await rig.clock.turn(1_000)
    return rig.store.trouble === null
  })
  await until('the approval is stored', async () => {
    await rig.clock.turn(1_000)
    return (await rig.get(id)).status === 'captured'
  })
  expect(rig.gateway.ledger).toHaveLength(1)
  expect(rig.vault.sent).toHaveLength(1)
}

/** A disk of four megabytes; only root may mount one. */
function tinyDisk(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'tiny-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder])
  cleanUps.push(() => {
    execFileSync('umount', ['--lazy', folder])
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

function fill(folder: string, leaveBytes: number): string {
  const { bavail, bsize } = statfsSync(folder)
  const filler = path.join(folder, 'filler')
  writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - leaveBytes)))
  return filler
}

describe.runIf(process.getuid?.() === 0)('a disk that fills up', () => {
  it('lets nothing begin, and lets what has begun be finished from what is left', async () => {
    const folder = tinyDisk()
    const rig = await startRig({ file: path.join(folder, 'a.sqlite'), reserveBytes: 512 * 1024 })
    const { id } = await rig.collecting()
    const waiting = await rig.created()
    const filler = fill(folder, 400 * 1024)
    await expect(rig.created()).rejects.toMatchObject(notReady)
    await expect(rig.core.payments.arm(agent, waiting.id)).rejects.toMatchObject(notReady)
    rig.vault.keyCard()
    await rig.reaches(id, 'captured')
    rmSync(filler)
    expect((await rig.created()).status).toBe('created')
  })

  it('and is full to the last byte loses no acknowledged row, and no approval', async () => {
    const folder = tinyDisk()
    const rig = await startRig({ file: path.join(folder, 'a.sqlite'), reserveBytes: 1 })
    const acknowledged = await rig.created()
    let filler = ''
    const id = await approvedWhile(rig, () => {
      filler = fill(folder, 0)
    })
    expect(rig.store.trouble).toBe('full')
    await expect(rig.created()).rejects.toMatchObject(notReady)
    rmSync(filler)
    await comesBack(rig, id)
    expect(await rig.get(acknowledged.id)).toEqual(acknowledged)
  })
})

describe.runIf(postgresFolder())('a PostgreSQL server that is lost', () => {
  it('stops new collections, and takes no acknowledged row and no approval with it', async () => {
    const server = await PostgresServer.start()
    cleanUps.push(() => server.stop())
    const rig = await startRig({ url: new Secret(await server.database()) })
    const acknowledged = await rig.created()
    const id = await approvedWhile(rig, () => server.kill())
    expect(rig.store.trouble).toBe('away')
    await expect(rig.created()).rejects.toMatchObject(notReady)
    await server.resume()
    await comesBack(rig, id)
    expect(await rig.get(acknowledged.id)).toEqual(acknowledged)
  })
})
