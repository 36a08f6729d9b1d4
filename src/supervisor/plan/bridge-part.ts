import path from 'node:path'
import type { z } from 'zod'
import type { BridgeConfig, BridgeSip } from '../../contracts/process-config/bridge-config.ts'
import type { PlatformConfig } from '../platform-config.ts'
import { addresses } from './addresses.ts'
import { common, type Link, type PlanInput } from './plan-input.ts'
import { nobodysToken } from './twilio-part.ts'

export function bridgePart(
  { config, runDir, packageDir, sandbox }: PlanInput,
  link: Link,
): z.input<typeof BridgeConfig> {
  const { host, port, lookaheadMs, fill, jitterMs, maxCalls, maxMessageBytes } = config.bridge
  return {
    ...common(config),
    ...link,
    listen: { host, port },
    twilioStreamUrl: addresses(config).streams,
    twilioAuthToken: sandbox?.twilioAuthToken ?? config.twilio?.authToken ?? nobodysToken(),
    mask: { lookaheadMs, fill },
    jitterMs,
    maxCalls,
    maxMessageBytes,
    startTimeoutMs: 10_000,
    sip: config.sip.enabled ? sipPart(config.sip, runDir) : null,
    prompts: {
      folder: path.join(packageDir, 'media', 'prompts'),
      overrides: config.ivr.promptsDir && path.resolve(config.ivr.promptsDir),
    },
  }
}

/** `host:port`, an IPv6 address in brackets. */
function placeOf(address: string): { host: string; port: number } {
  const at = address.lastIndexOf(':')
  return { host: address.slice(0, at).replace(/^\[(.*)\]$/, '$1'), port: Number(address.slice(at + 1)) }
}

function sipPart(sip: PlatformConfig['sip'], runDir: string): z.input<typeof BridgeSip> {
  const { ngHost, ngPort, ngPeers, mediaHost, mediaAdvertised, portMin, portMax, nativeSockets } = sip
  const { source, callerInterface, callerOtherwise, silentSeconds, edges, srtpCaller, srtpAgent } = sip
  return {
    ng: { host: ngHost, port: ngPort },
    ngPeers: [...ngPeers],
    edges: edges.map(placeOf),
    srtp: { caller: srtpCaller, agent: srtpAgent },
    media: {
      ...{ host: mediaHost, advertised: mediaAdvertised, portMin, portMax },
      sockets: nativeSockets ? 'native' : 'dgram',
    },
    ...{ source, callerInterface, callerOtherwise, silentMs: silentSeconds * 1_000 },
    portsDir: path.join(runDir, 'sip-calls'),
    drachtio: sip.drachtio && drachtioPart(sip.drachtio, path.join(runDir, 'sip-dialogs')),
  }
}

function drachtioPart(
  drachtio: NonNullable<PlatformConfig['sip']['drachtio']>,
  dialogsDir: string,
): NonNullable<z.input<typeof BridgeSip>['drachtio']> {
  const { host, port, secret, peers, outbound, paymentNumber, selfServiceNumbers } = drachtio
  return {
    server: { host, port, secret },
    ...{ peers: [...peers], outbound, paymentNumber, selfServiceNumbers: [...selfServiceNumbers] },
    ringMs: drachtio.ringSeconds * 1_000,
    session: { expiresS: drachtio.sessionSeconds, minSeS: 90 },
    dialogsDir,
  }
}
