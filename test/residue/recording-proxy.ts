import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'

export type RecordingProxy = {
  readonly port: number
  /** Everything that went through, both ways: requests with headers, answers, WebSocket messages. */
  readonly transcript: string[]
  /** Messages and exchanges so far, to show that it was in the way. */
  readonly count: { http: number; webSocket: number }
  close(): Promise<void>
}

/** Stands before a server on loopback and writes down what is said: HTTP (streams included) and WebSocket text. */
export async function startRecordingProxy(upstreamPort: number): Promise<RecordingProxy> {
  const transcript: string[] = []
  const count = { http: 0, webSocket: 0 }
  const upstream = { host: '127.0.0.1', port: upstreamPort }
  const server = http.createServer((request, response) => {
    count.http++
    transcript.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`)
    const onward = http.request({
      ...upstream,
      method: request.method,
      path: request.url,
      headers: request.headers,
    })
    onward.on('response', (answer) => {
      transcript.push(`${answer.statusCode} ${JSON.stringify(answer.headers)}`)
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.on('data', (chunk: Buffer) => transcript.push(chunk.toString('latin1')))
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.on('data', (chunk: Buffer) => transcript.push(chunk.toString('latin1')))
    request.pipe(onward)
  })
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  server.on('upgrade', (request, socket, head) => {
    transcript.push(`UPGRADE ${request.url} ${JSON.stringify(request.headers)}`)
    const signature = request.headers['x-twilio-signature']
    const headers = signature ? { 'x-twilio-signature': String(signature) } : {}
    const onward = new WebSocket(`ws://127.0.0.1:${upstreamPort}${request.url}`, {
      headers,
      perMessageDeflate: false,
    })
    onward.on('error', () => socket.destroy())
    onward.on('open', () => sockets.handleUpgrade(request, socket, head, (near) => join(near, onward)))
  })
  const join = (near: WebSocket, far: WebSocket) => {
    const pass = (from: WebSocket, to: WebSocket) => {
      from.on('message', (data, isBinary) => {
        count.webSocket++
        transcript.push(String(data))
        if (to.readyState === WebSocket.OPEN) to.send(data, { binary: isBinary })
      })
      from.on('close', () => to.close())
      from.on('error', () => to.terminate())
    }
    pass(near, far)
    pass(far, near)
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () =>
    new Promise<void>((resolve) => {
      for (const client of sockets.clients) client.terminate()
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { port: (server.address() as AddressInfo).port, transcript, count, close }
}
