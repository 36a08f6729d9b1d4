import type { NgReply } from './ng-wire.ts'
import { otherSide, type Side } from './party-rule.ts'
import { type SipCall, sides } from './sip-call.ts'
import type { SipCalls } from './sip-calls.ts'

/** One call as rtpengine's `query` tells it. */
export function answerQuery(call: SipCall): NgReply {
  const tags = Object.fromEntries([...call.tags].map(([tag, side]) => [tag, tagOf(call, tag, side)]))
  return {
    result: 'ok',
    created: Math.floor(call.options.createdAt / 1_000),
    tags,
    totals: { RTP: totals([call]) },
  }
}

/** The numbers of rtpengine's `statistics` that mean something here; others are left out rather than invented. */
export function answerStatistics(calls: SipCalls, uptimeMs: number): NgReply {
  return {
    result: 'ok',
    statistics: {
      currentstatistics: {
        sessionsown: calls.size,
        sessionsforeign: 0,
        sessionstotal: calls.size,
        transcodedmedia: 0,
      },
      totalstatistics: { uptime: Math.floor(uptimeMs / 1_000), managedsessions: calls.managed },
      mediastatistics: { RTP: totals(calls.all()) },
    },
  }
}

function tagOf(call: SipCall, tag: string, side: Side): NgReply {
  const { peer, ports, received, source } = call.legs[side]
  const partner = [...call.tags].findLast(([, owner]) => owner === otherSide[side])?.[0]
  const goal = source ?? peer?.theirs
  const endpoint = goal && {
    family: goal.address.includes(':') ? 'IPv6' : 'IPv4',
    address: goal.address,
    port: goal.port,
  }
  const label = call.labels[side]
  return {
    tag,
    created: Math.floor(call.options.createdAt / 1_000),
    ...(label === undefined ? {} : { label }),
    ...(partner === undefined ? {} : { 'in dialogue with': partner }),
    medias: [
      {
        index: 1,
        type: 'audio',
        protocol: peer?.keys ? 'RTP/SAVP' : 'RTP/AVP',
        streams: [
          {
            'local port': ports.rtp.port,
            ...(endpoint ? { endpoint } : {}),
            stats: { packets: received.packets, bytes: received.octets, errors: 0 },
          },
        ],
      },
    ],
  }
}

function totals(calls: readonly SipCall[]): NgReply {
  const legs = calls.flatMap((call) => sides.map((side) => call.legs[side].received))
  const sum = (of: 'packets' | 'octets') => legs.reduce((total, leg) => total + leg[of], 0)
  return { packets: sum('packets'), bytes: sum('octets'), errors: 0 }
}
