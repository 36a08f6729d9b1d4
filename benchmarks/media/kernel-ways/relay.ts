/** One side of `main.ts`: a relay that does nothing but move packets, in the way that it is told. */
import { openSockets } from './sockets.ts'
import { oneByOne, phases } from './with-epoll.ts'
import { uring } from './with-uring.ts'

const [way = 'phases', calls = '250'] = process.argv.slice(2)
const sockets = openSockets(2 * Number(calls))
const look = way === 'uring' ? uring(sockets) : way === 'phases' ? phases(sockets) : oneByOne(sockets, way)
// As often as the bridge looks.
setInterval(look, 5)
const pairs = Array.from({ length: Number(calls) }, (_, n) => [
  sockets.ports[2 * n],
  sockets.ports[2 * n + 1],
])
process.stdout.write(`${JSON.stringify(pairs)}\n`)
