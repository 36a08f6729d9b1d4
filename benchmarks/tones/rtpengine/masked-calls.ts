import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { readRtpPacket } from '../../../src/bridge/sip/rtp-packet.ts'
import { quantile } from '../../../test/tones/score-hearing.ts'
import type { Rtpengine } from './daemon.ts'

/** A caller's audio as it left rtpengine towards the agent, where it was in the caller's. */
export type MaskedCall = {
  readonly output: Uint8Array
  /** From the sending of a packet to the arrival of the same stretch of audio, median. */
  readonly delayMs: number
}

const frame = 160
const silence = 0xff
/** What is watched for beyond the end of a call, in ms. */
const tailMs = 400

/**
 * Streams calls through rtpengine in real time, all at once, with what it does best against tones: every packet
 * decoded, tones detected, silence in their place, and a buffer so that a tone's beginning can still be caught.
 */
export async function throughRtpengine(
  engine: Rtpengine,
  calls: readonly Uint8Array[],
  bufferMs: number,
): Promise<{ calls: MaskedCall[]; cpuPerChannelSecond: number }> {
  const lines = await Promise.all(calls.map((_, i) => openLine(engine, `${bufferMs}-${i}`, bufferMs)))
  const frames = Math.max(...calls.map(({ length }) => Math.ceil(length / frame))) + tailMs / 20
  const cpuBefore = engine.cpuSeconds()
  const startedAt = performance.now()
  for (let n = 0; n < frames; n++) {
    for (const [i, line] of lines.entries()) {
      const octets = calls[i]!.subarray(n * frame, (n + 1) * frame)
      line.send(n, octets.length === frame ? octets : new Uint8Array(frame).fill(silence))
    }
    await pause(Math.max(0, startedAt + (n + 1) * 20 - performance.now()))
  }
  const cpu = engine.cpuSeconds() - cpuBefore
  const masked = lines.map((line, i) => aligned(calls[i]!, line.received()))
  for (const [i, line] of lines.entries()) {
    line.close()
    await engine.ask({ command: 'delete', 'call-id': `${bufferMs}-${i}`, 'from-tag': 'caller' })
  }
  return { calls: masked, cpuPerChannelSecond: cpu / ((lines.length * frames) / 50) }
}

const sdp = (port: number) =>
  `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=ptime:20\r\n`
const portIn = (text: string) => Number(/m=audio (\d+)/.exec(text)?.[1])

type Arrived = { readonly timestamp: number; readonly payload: Uint8Array; readonly atMs: number }
type Received = { readonly packets: readonly Arrived[]; readonly sentAtMs: readonly number[] }

async function openLine(engine: Rtpengine, callId: string, bufferMs: number) {
  const caller = await boundSocket()
  const agent = await boundSocket()
  const dialogue = { 'call-id': callId, 'from-tag': 'caller', flags: ['always transcode'] }
  const offer = await engine.ask({
    ...dialogue,
    command: 'offer',
    sdp: sdp(caller.address().port),
    ICE: 'remove',
  })
  const answer = await engine.ask({
    ...dialogue,
    command: 'answer',
    'to-tag': 'agent',
    sdp: sdp(agent.address().port),
  })
  const block = { command: 'block DTMF', 'call-id': callId, 'from-tag': 'caller', flags: ['detect DTMF'] }
  const blocked = await engine.ask({ ...block, 'DTMF-security': 'silence', 'delay buffer': bufferMs })
  if (blocked.result !== 'ok') throw new Error('rtpengine does not block DTMF')
  const packets: Arrived[] = []
  const sentAtMs: number[] = []
  agent.on('message', (bytes) => {
    const packet = readRtpPacket(bytes)
    if (packet?.payloadType === 0) packets.push({ ...packet, atMs: performance.now() })
  })
  // The agent speaks once, so that its side of the anchor is known.
  agent.send(rtp(0, new Uint8Array(frame).fill(silence)), portIn(String(offer.sdp)), '127.0.0.1')
  const port = portIn(String(answer.sdp))
  return {
    send: (n: number, octets: Uint8Array) => {
      sentAtMs[n] = performance.now()
      caller.send(rtp(n, octets), port, '127.0.0.1')
    },
    received: () => ({ packets, sentAtMs }),
    close: () => {
      caller.close()
      agent.close()
    },
  }
}

async function boundSocket(): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return socket
}

function rtp(n: number, octets: Uint8Array): Buffer {
  const packet = Buffer.alloc(12 + octets.length)
  packet[0] = 0x80
  packet.writeUInt16BE(n & 0xffff, 2)
  packet.writeUInt32BE(n * frame, 4)
  packet.writeUInt32BE(0x70e3a11, 8)
  packet.set(octets, 12)
  return packet
}

/** Lays packets out by their timestamps, and finds the shift at which most of the caller's octets reappear. */
function aligned(input: Uint8Array, { packets, sentAtMs }: Received): MaskedCall {
  const first = packets[0]?.timestamp ?? 0
  const line = new Uint8Array(input.length + 8_000).fill(silence)
  for (const { timestamp, payload } of packets) {
    const at = (timestamp - first) | 0
    if (at >= 0 && at + payload.length <= line.length) line.set(payload, at)
  }
  let shift = 0
  let most = -1
  for (let candidate = 0; candidate < 4_000; candidate += 8) {
    let same = 0
    for (let i = 8_000; i + candidate < line.length && i < input.length; i += 5) {
      if (line[i + candidate] === input[i] && input[i] !== silence) same++
    }
    if (same > most) {
      most = same
      shift = candidate
    }
  }
  const delays = packets.flatMap(({ timestamp, atMs }) => {
    const sent = sentAtMs[Math.round((((timestamp - first) | 0) - shift) / frame)]
    return sent === undefined ? [] : [atMs - sent]
  })
  return { output: line.slice(shift, shift + input.length), delayMs: quantile(delays, 0.5) }
}
