import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CollectionSocket } from '../../src/bridge/collection-socket.ts'
import { ManualClock, settle } from '../support/manual-clock.ts'
import { CardSocket } from './support/card-socket.ts'

const code = (key: string) => key.charCodeAt(0)

let dir: string
let clock: ManualClock
let card: CardSocket
let lost: number
const ticket = randomBytes(32)

const connect = () =>
  CollectionSocket.connect({
    path: join(dir, 'digits.sock'),
    ticket: ticket.toString('base64url'),
    clock,
    onLost: () => lost++,
  })

/** Lets the kernel carry what was written, until `holds`. */
async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 1_000 && !holds(); i++) await settle()
  expect(holds()).toBe(true)
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'digits-'))
  clock = new ManualClock()
  lost = 0
  card = await CardSocket.listen(join(dir, 'digits.sock'), ticket)
})
afterEach(async () => {
  await card.close()
  rmSync(dir, { recursive: true, force: true })
})

describe('the socket of a collection', () => {
  it('carries digits in order, each with its ticket, its number and its length', async () => {
    const socket = await connect()
    for (const [i, key] of [...'0123456789*#'].entries()) {
      socket.append(code(key), 40 + i)
      await until(() => card.digits.length === i + 1)
    }
    expect(card.digits).toBe('0123456789*#')
    expect(card.toneMs).toEqual([40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51])
    await clock.turn(60_000)
    expect(lost).toBe(0)
    expect(socket.isSettled).toBe(true)
    socket.close()
  })

  it('is not settled while a digit has not been acknowledged', async () => {
    const socket = await connect()
    socket.append(code('4'), 40)
    expect(socket.isSettled).toBe(false)
    await until(() => socket.isSettled)
    socket.close()
  })

  it('carries presses that are heard in one turn, after a stall of the network', async () => {
    const socket = await connect()
    for (const key of '49290011') socket.append(code(key), 40)
    await until(() => card.digits.length === 8)
    expect(card.digits).toBe('49290011')
    expect(lost).toBe(0)
    socket.close()
  })

  it('says that digits are lost when the card process takes none, and holds no more than two', async () => {
    const socket = await connect()
    await until(() => card.connections === 1)
    card.pause()
    for (let i = 0; i < 20_000 && lost === 0; i++) socket.append(code('1'), 40)
    expect(lost).toBe(1)
  })

  it('says once that digits are lost when the card process closes it', async () => {
    const socket = await connect()
    await until(() => card.connections === 1)
    card.hangUp()
    await until(() => lost > 0)
    socket.append(code('1'), 40)
    socket.close()
    await settle()
    expect(lost).toBe(1)
  })

  it('says that digits are lost when one is not acknowledged in time', async () => {
    const socket = await connect()
    card.answering = false
    socket.append(code('1'), 40)
    await until(() => card.digits === '1')
    await clock.turn(1_999)
    expect(lost).toBe(0)
    await clock.turn(1)
    expect(lost).toBe(1)
  })

  it('is silent once the bridge has closed it', async () => {
    const socket = await connect()
    socket.close()
    await until(() => card.closed === 1)
    expect(lost).toBe(0)
  })

  it('cannot be opened where nobody listens', async () => {
    await card.close()
    await expect(connect()).rejects.toMatchObject({ code: 'DIGITS_UNREACHABLE' })
  })
})
