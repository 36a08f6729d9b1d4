import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'

export type DigitListener = {
  /** Where the bridge connects. */
  readonly path: string
  close(): void
}

export type DigitListenerOptions = {
  readonly runDir: string
  /** Takes the handle of a connection that nobody has read from; calls `done` when it may be closed here. */
  readonly hand: (handle: unknown, done: () => void) => void
}

const socketName = /^d-[0-9a-f]{24}\.sock$/

/**
 * One collection's own socket. Connections come in paused and go on, unread, to the card process: the bytes on them
 * never enter this process.
 */
export async function listenForDigits({ runDir, hand }: DigitListenerOptions): Promise<DigitListener> {
  const path = join(runDir, `d-${randomBytes(12).toString('hex')}.sock`)
  const server = net.createServer({ pauseOnConnect: true }, (socket) => {
    socket.on('error', () => {})
    hand(handleOf(socket), () => socket.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  // The folder decides who comes near: this user alone, or the group that the containers of one site share.
  chmodSync(path, 0o660)
  return { path, close: () => void server.close() }
}

/**
 * The folder of the digit sockets, without what an earlier vault left. Made for this user only; one that is there
 * already keeps its group's rights (the operator made it for one container a process), and loses everybody else's.
 */
export function prepareRunDir(runDir: string): void {
  mkdirSync(runDir, { recursive: true, mode: 0o700 })
  const { mode, uid } = statSync(runDir)
  if (uid === process.getuid?.() && (mode & 0o007) !== 0) chmodSync(runDir, mode & 0o7770)
  for (const name of readdirSync(runDir))
    if (socketName.test(name)) rmSync(join(runDir, name), { force: true })
}

/**
 * Node's handle under a socket. A `net.Socket` sent over IPC would be made anew on the other side with a buffer of
 * Node's choice; the bare handle lets the card process choose where the bytes go.
 */
export function handleOf(socket: net.Socket): unknown {
  return (socket as unknown as { _handle: unknown })._handle
}
