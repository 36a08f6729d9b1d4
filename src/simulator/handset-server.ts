import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import type { Log } from '../base/log.ts'
import { CallerHandset } from './caller-handset.ts'
import type { Carrier } from './carrier/carrier.ts'
import { handsetMessages } from './handset-messages.ts'
import { FromHandset, handsetClose, type ToHandset } from './handset-protocol.ts'

const largestMessageBytes = 16_384
const mostHandsets = 2_000
/** A handset that has not read this much (about a minute of audio) is gone. */
const mostUnreadBytes = 1_048_576

export type HandsetServerOptions = {
  readonly server: Server
  readonly carrier: Carrier
  /** The number that is dialled when a caller's handset names none. */
  readonly number: string
  readonly log: Log
}

type Attached = { take(message: FromHandset): void; gone(): void }

/** `/handset/caller` and `/handset/agent`: the handsets' sockets. Returns what closes them all. */
export function serveHandsets({ server, carrier, number, log }: HandsetServerOptions): () => void {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: largestMessageBytes,
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const url = new URL(request.url ?? '/', 'http://carrier.invalid')
    if (!mayConnect(request)) return refuse(socket, '403 Forbidden')
    if (sockets.clients.size >= mostHandsets) return refuse(socket, '503 Service Unavailable')
    const attach = attachments(url, carrier, number)
    if (!attach) return refuse(socket, '400 Bad Request')
    sockets.handleUpgrade(request, socket, head, (webSocket) => serve(webSocket, attach, log))
  })
  return () => {
    for (const client of sockets.clients) client.close(1001)
    sockets.close()
  }
}

/** What a URL asks for; undefined when it cannot be understood. */
function attachments(
  url: URL,
  carrier: Carrier,
  number: string,
): ((socket: WebSocket) => Attached) | undefined {
  if (url.pathname === '/handset/caller') {
    const from = phoneNumber(url.searchParams.get('from'))
    const to = phoneNumber(url.searchParams.get('to') ?? number)
    if (!from || !to) return undefined
    return (socket) =>
      new CallerHandset({ carrier, from, to, send: sender(socket), close: () => socket.close(1000) })
  }
  const identity = url.searchParams.get('identity') ?? ''
  if (url.pathname !== '/handset/agent' || !/^(\*|\+?[\w.@-]{1,120})$/.test(identity)) return undefined
  const parameters = Object.fromEntries(
    [...url.searchParams].flatMap(([name, value]) =>
      name.startsWith('parameter.') ? [[name.slice('parameter.'.length), value]] : [],
    ),
  )
  return (socket) => {
    const send = sender(socket)
    const handset = { identity, parameters, send }
    send(handsetMessages.connected('agent'))
    carrier.agents.attach(handset)
    return {
      take: (message) => carrier.agents.take(handset, message),
      gone: () => carrier.agents.detach(handset),
    }
  }
}

function serve(socket: WebSocket, attach: (socket: WebSocket) => Attached, log: Log): void {
  const attached = attach(socket)
  socket.on('message', (data, isBinary) => {
    const message = isBinary ? undefined : read(data as Buffer)
    if (message) return attached.take(message)
    log.warn({ sizeBytes: (data as Buffer).length }, 'closed a handset for a message outside the protocol')
    socket.close(handsetClose.badMessage)
  })
  socket.on('error', () => socket.terminate())
  socket.on('close', () => attached.gone())
}

function sender(socket: WebSocket): (message: ToHandset) => void {
  return (message) => {
    if (socket.readyState !== WebSocket.OPEN) return
    if (socket.bufferedAmount > mostUnreadBytes) return socket.terminate()
    socket.send(JSON.stringify(message))
  }
}

function read(data: Buffer): FromHandset | undefined {
  try {
    const message = FromHandset.safeParse(JSON.parse(data.toString('utf8')))
    return message.success ? message.data : undefined
  } catch {
    return undefined
  }
}

/** An E.164 number; a plus that was not written %2B arrives as a space. */
function phoneNumber(text: string | null): string | undefined {
  const number = text?.replace(/^ /, '+') ?? ''
  return /^\+[1-9]\d{4,14}$/.test(number) ? number : undefined
}

/** Programs have no Origin. A page must come from loopback or from the carrier itself, not from anywhere in the web. */
function mayConnect({ headers }: IncomingMessage): boolean {
  if (headers.origin === undefined) return true
  if (!URL.canParse(headers.origin)) return false
  const { hostname, host } = new URL(headers.origin)
  return isLoopback(hostname) || host === headers.host
}

export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname === '[::1]' ||
    hostname === '::1' ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  )
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
