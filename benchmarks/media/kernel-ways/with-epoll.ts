import { c, dontWait, memoryOf, most, room, type Sockets } from './sockets.ts'

const roomLong = BigInt(room)
const longs = Array.from({ length: room + 1 }, (_, n) => BigInt(n))

/** The sockets that have something, as often as they are asked for; at most `most`. */
function watcher({ fds }: Sockets): { wait(): number; at(n: number): number } {
  const epoll = c.epoll_create1(0) as number
  const events = memoryOf(12 * most)
  const words = new Int32Array(events.memory.buffer, events.memory.byteOffset, 3 * most)
  for (const [n, fd] of fds.entries()) {
    words[0] = 1
    words[1] = n
    words[2] = 0
    c.epoll_ctl(epoll, 1, fd, events.at)
  }
  return {
    wait: () => c.epoll_wait(epoll, events.at, most, 0) as number,
    at: (n) => words[3 * n + 1]!,
  }
}

/** `way`: `msg`, or `plain` for recv and send. */
export function oneByOne(sockets: Sockets, way: string): () => void {
  const { fds, known, places, headers, headerWords } = sockets
  const watch = watcher(sockets)
  const byMessage = way === 'msg'
  return () => {
    for (let count = watch.wait(); count > 0; count = watch.wait()) {
      for (let i = 0; i < count; i++) {
        const n = watch.at(i)
        const isFirst = byMessage || known[n] === 0
        const octets = isFirst
          ? sockets.receiveFirst(n, 0)
          : (c.recv(fds[n]!, places[0]!, roomLong, dontWait) as number)
        const other = n ^ 1
        if (octets < 12 || known[other] === 0) continue
        sockets.rewrite(other, 0)
        if (byMessage) {
          headerWords[2] = 0
          headerWords[16] = octets
          c.sendmsg(fds[other]!, headers[0]!, dontWait)
        } else c.send(fds[other]!, places[0]!, longs[octets]!, dontWait)
      }
    }
  }
}

export function phases(sockets: Sockets): () => void {
  const { fds, known, places } = sockets
  const watch = watcher(sockets)
  const octets = new Int32Array(most)
  return () => {
    for (let count = watch.wait(); count > 0; count = watch.wait()) {
      for (let i = 0; i < count; i++) {
        const n = watch.at(i)
        octets[i] =
          known[n] === 0
            ? sockets.receiveFirst(n, i)
            : (c.recv(fds[n]!, places[i]!, roomLong, dontWait) as number)
      }
      for (let i = 0; i < count; i++) sockets.rewrite(watch.at(i) ^ 1, i)
      for (let i = 0; i < count; i++) {
        const other = watch.at(i) ^ 1
        if (octets[i]! >= 12 && known[other] === 1)
          c.send(fds[other]!, places[i]!, longs[octets[i]!]!, dontWait)
      }
    }
  }
}
