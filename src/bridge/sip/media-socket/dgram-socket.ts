import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { codeOf } from '../../../base/errors.ts'
import type { Log } from '../../../base/log.ts'
import {
  type MediaSocket,
  type MediaSockets,
  type Receive,
  receiveBufferBytes,
  type Source,
} from './media-socket.ts'

/** Node's own sockets: they run everywhere, and cost three times what the kernel does. */
export const dgramSockets: MediaSockets = {
  kind: 'dgram',
  open(host, port, log) {
    const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', recvBufferSize: receiveBufferBytes })
    return new Promise((resolve, reject) => {
      socket.once('error', (error) => {
        socket.close()
        reject(error)
      })
      socket.bind(port, host, () => {
        socket.removeAllListeners('error')
        resolve(new DgramSocket(socket, socket.address().port, log))
      })
    })
  },
}

class DgramSocket implements MediaSocket {
  readonly port: number
  readonly #socket: Socket
  readonly #log: Log
  #peer: Source | undefined
  #state: 'open' | 'connecting' | 'connected' | 'closed' = 'open'

  constructor(socket: Socket, port: number, log: Log) {
    this.#socket = socket
    this.port = port
    this.#log = log
    // "Port unreachable" of a phone that has hung up or is not there yet: said once by a silence, not by a log.
    socket.on('error', (error) => log.debug({ port, code: codeOf(error) }, 'media port'))
  }

  get closed(): boolean {
    return this.#state === 'closed'
  }

  onMessage(receive: Receive): void {
    this.#socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
      receive(bytes, from)
      bytes.fill(0)
    })
  }

  connect(peer: Source): void {
    if (this.#peer?.address === peer.address && this.#peer.port === peer.port) return
    this.disconnect()
    this.#peer = peer
    if (this.#state === 'open') this.#begin(peer)
  }

  disconnect(): void {
    this.#peer = undefined
    if (this.#state !== 'connected') return
    this.#state = 'open'
    this.#socket.disconnect()
  }

  /** Node may send later than now: each packet has octets of its own. */
  room(octets: number): Buffer {
    return Buffer.allocUnsafe(octets)
  }

  send(bytes: Buffer, to: Source | undefined): void {
    if (this.#state === 'closed') return
    const goal = this.#peer ?? to
    // Nobody waits for it, and a callback would cost a turn of the event loop a packet.
    if (this.#state === 'connected') this.#socket.send(bytes)
    else if (goal) this.#socket.send(bytes, goal.port, goal.address, ignore)
  }

  close(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#socket.close()
  }

  /** Node connects a turn later; by then somebody else may be meant. */
  #begin(peer: Source): void {
    this.#state = 'connecting'
    this.#socket.connect(peer.port, peer.address, (error?: unknown) => {
      if (this.#state !== 'connecting') return
      this.#state = 'open'
      if (error) this.#log.warn({ port: this.port, error }, 'media port not connected')
      else if (this.#peer === peer) this.#state = 'connected'
      else {
        this.#socket.disconnect()
        if (this.#peer) this.#begin(this.#peer)
      }
    })
  }
}

function ignore(): void {}
