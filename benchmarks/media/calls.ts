import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { Anchor } from './anchor.ts'

const receiveBufferBytes = 1024 * 1024

/** One phone of a call: a socket of its own, which counts what it gets. */
export type Phone = {
  readonly socket: Socket
  readonly ssrc: number
  goal: number
  sent: number
  heard: number
}

export type Call = { readonly id: string; readonly caller: Phone; readonly agent: Phone }

/** Sets up `count` calls through the anchor, masked towards the agent if told so. */
export async function openCalls(anchor: Anchor, count: number, masked: boolean): Promise<Call[]> {
  const calls: Call[] = []
  const tag = Math.random().toString(36).slice(2)
  for (let n = 0; n < count; n++) {
    const call = {
      id: `bench-${tag}-${n}`,
      caller: await openPhone(2 * n),
      agent: await openPhone(2 * n + 1),
    }
    const named = { 'call-id': call.id, 'from-tag': 'a', ICE: 'remove' }
    const flags = masked ? anchor.flagsOf.mask : anchor.flagsOf.relay
    const common = { ...named, flags }
    const offered = await accepted(anchor, {
      ...common,
      command: 'offer',
      label: 'caller',
      sdp: sdpOf(call.caller),
    })
    const answered = await accepted(anchor, {
      ...common,
      command: 'answer',
      'to-tag': 'b',
      sdp: sdpOf(call.agent),
    })
    call.agent.goal = portIn(offered)
    call.caller.goal = portIn(answered)
    if (masked) await accepted(anchor, { command: 'block DTMF', ...named, ...anchor.blocking })
    calls.push(call)
  }
  return calls
}

export async function closeCalls(anchor: Anchor, calls: readonly Call[]): Promise<void> {
  for (const { id, caller, agent } of calls) {
    await accepted(anchor, { command: 'delete', 'call-id': id, 'from-tag': 'a' })
    caller.socket.close()
    agent.socket.close()
  }
}

export async function openPhone(n: number): Promise<Phone> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: receiveBufferBytes })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const phone: Phone = { socket, ssrc: 0x1000_0000 + n, goal: 0, sent: 0, heard: 0 }
  socket.on('message', (bytes) => {
    // Audio only: 20 ms of G.711 behind a header.
    if (bytes.length === 172) phone.heard++
  })
  return phone
}

async function accepted(anchor: Anchor, request: Parameters<Anchor['ask']>[0]): Promise<string> {
  const reply = await anchor.ask(request)
  if (reply.result !== 'ok')
    throw new Error(`${anchor.name} refused ${String(request.command)}: ${String(reply['error-reason'])}`)
  return String(reply.sdp)
}

const sdpOf = ({ socket }: Phone) =>
  `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${socket.address().port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\n`

function portIn(sdp: string): number {
  return Number(/m=audio (\d+)/.exec(sdp)?.[1])
}
