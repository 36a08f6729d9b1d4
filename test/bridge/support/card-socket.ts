import net from 'node:net'
import { digitFrame } from '../../../src/contracts/digit-port.ts'

/** The card process's end of a collection's socket: takes frames, checks them and acknowledges each. */
export class CardSocket {
  digits = ''
  readonly toneMs: number[] = []
  connections = 0
  closed = 0
  /** Set false to stop acknowledging. */
  answering = true
  readonly #server: net.Server
  readonly #sockets = new Set<net.Socket>()

  private constructor(server: net.Server) {
    this.#server = server
  }

  static async listen(path: string, ticket: Buffer): Promise<CardSocket> {
    const server = net.createServer()
    const card = new CardSocket(server)
    server.on('connection', (socket) => card.#serve(socket, ticket))
    await new Promise<void>((resolve) => server.listen(path, resolve))
    return card
  }

  /** Closes every connection, as a card process that has all it needs. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.end()
  }

  /** Reads nothing any more. */
  pause(): void {
    for (const socket of this.#sockets) socket.pause()
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  #serve(socket: net.Socket, ticket: Buffer): void {
    this.connections++
    this.#sockets.add(socket)
    let held = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('close', () => {
      this.closed++
      this.#sockets.delete(socket)
    })
    socket.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk])
      for (; held.length >= digitFrame.bytes; held = held.subarray(digitFrame.bytes)) {
        const frame = held.subarray(0, digitFrame.bytes)
        if (frame[0] !== digitFrame.mark) throw new Error('not a frame')
        if (!frame.subarray(8, 40).equals(ticket) || frame.subarray(40).some((byte) => byte !== 0))
          throw new Error('wrong ticket or padding')
        if (frame.readUInt32BE(4) !== this.digits.length) throw new Error('wrong seq')
        this.digits += String.fromCharCode(frame[1]!)
        this.toneMs.push(frame.readUInt16BE(2))
        if (this.answering) socket.write(frame.subarray(4, 8))
      }
    })
  }
}
