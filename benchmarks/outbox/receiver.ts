import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Endpoints that accept everything at once, in a process of their own: their work is not the relay's. */
const server = createServer((request, response) => {
  request.resume()
  response.writeHead(204).end()
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())
