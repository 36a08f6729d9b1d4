import path from 'node:path'
import { SrtpSender } from '../../../src/bridge/sip/srtp/srtp-sender.ts'
import type { Keying } from '../../../src/bridge/sip/srtp/suite.ts'
import type { CallResource } from '../../../src/contracts/desk-port.ts'
import { demoCard } from '../../../src/demo/demo-cards.ts'
import type { Key } from '../../../src/dsp/dtmf-keypad.ts'
import { decodeG711 } from '../../../src/dsp/g711.ts'
import { bestGuess } from '../../../src/dtmf/attacker.ts'
import { type CallerAudio, callerAudio, type KeysBy } from './caller-audio.ts'
import { MediaPhone } from './media-phone.ts'
import { writePcap } from './pcap-file.ts'
import { callerScenario, pbx, pbxScenario, sdp, step } from './scenarios.ts'
import type { SipHouse } from './sip-house.ts'
import { Sipp } from './sipp.ts'

/** Speech before the first key, in ms: time enough to take the call and arm the payment. */
export const leadMs = 4_000
/** As long as a press: 100 ms. */
const windowSamples = 800

export const card = demoCard('visa', Date.now())
export const cardFields = [card.pan, card.expiry, card.csc]

let count = 0

export type CallName =
  | { readonly callId: string }
  | { readonly sipCallId: string }
  | { readonly agentExtension: string }

export type Dialling = {
  /** Of the SIPp that calls, and of the one that answers. */
  readonly callerSteps: readonly string[]
  readonly pbxSteps: readonly string[]
  /** The PBX calls out over the trunk. */
  readonly outbound?: boolean
}

/** One call from the trunk to the PBX, with SIPp at both ends and our recorder for the PBX's media. */
export class SipTrip {
  readonly house: SipHouse
  readonly callId = `trip-${++count}-${Date.now().toString(36)}@trunk.example`
  /** Whom the PBX puts this call through to. */
  readonly extension = String(2_000 + count)
  readonly agent: MediaPhone
  caller: Sipp | undefined
  pbx: Sipp | undefined

  private constructor(house: SipHouse, agent: MediaPhone) {
    this.house = house
    this.agent = agent
  }

  static async open(house: SipHouse): Promise<SipTrip> {
    const agent = await MediaPhone.open()
    agent.talk()
    return new SipTrip(house, agent)
  }

  /** Starts the side that answers, and then the one that calls: the trunk calls in unless told. */
  dial({ callerSteps, pbxSteps, outbound = false }: Dialling): void {
    const { house, callId } = this
    const mediaPort = 30_000 + 20 * Math.floor(Math.random() * 300)
    const common = { program: house.sipp }
    const [calls, answers] = outbound ? [house.pbxPort, house.trunkPort] : [house.trunkPort, house.pbxPort]
    this.pbx = new Sipp({
      ...common,
      scenario: pbxScenario(pbxSteps),
      port: answers,
      mediaPort: mediaPort + 10,
    })
    this.caller = new Sipp({
      ...common,
      scenario: callerScenario(callerSteps),
      port: calls,
      to: house.edge,
      mediaPort,
      callId,
    })
  }

  get agentSdp(): string {
    return sdp({ port: String(this.agent.port), codecs: '0 8' })
  }

  live(): Promise<CallResource> {
    const { watch } = this.house
    const isOurs = (call: CallResource) => call.sip?.callerCallId === this.callId && call.status === 'live'
    return watch.until('a live call', () => [...watch.calls.values()].find(isOurs))
  }

  ended(): Promise<CallResource> {
    const { watch } = this.house
    const isOurs = (call: CallResource) => call.providerCallId === this.callId && call.status === 'ended'
    return watch.until('the end of the call', () => [...watch.calls.values()].find(isOurs))
  }

  /** Creates a payment, by the SIP Call-ID unless told, and arms it. */
  async takePayment(reference: string, name: CallName = { sipCallId: this.callId }) {
    const { api } = this.house
    const payment = await api.createPayment({
      ...{ ...name, amountMinor: 4_250, currency: 'GBP', reference },
    })
    return api.act(payment.id, 'arm')
  }

  /** Keys whose tones reached the agent bit by bit, where they did, and that the thief reads from there. */
  readInTheClear(audio: CallerAudio): Key[] {
    const heard = this.agent.octets()
    const samples = new Int16Array(heard.length)
    decodeG711('mulaw', heard, samples)
    let from = 0
    return audio.presses.flatMap(({ tone }) => {
      const at = heard.indexOf(tone, from)
      if (at < 0) return []
      from = at + tone.length
      return bestGuess(samples, { fromSample: at, toSample: from }) ?? []
    })
  }

  /** All that the thief believes to hear from the first key on: he is told of no time, and tries all. */
  believed(): Key[] {
    const heard = this.agent.audio().subarray(leadMs * 8 - 1_600)
    const found: Key[] = []
    for (let at = 0; at + windowSamples <= heard.length; at += windowSamples / 2) {
      const key = bestGuess(heard, { fromSample: at, toSample: at + windowSamples })
      if (key !== null) found.push(key)
    }
    return found
  }

  /** What both SIPps complain about. */
  errors(): string {
    return [this.caller, this.pbx].map((sipp) => sipp?.errors() ?? '').join('\n')
  }

  async close(): Promise<void> {
    await this.caller?.stop()
    await this.pbx?.stop()
    this.agent.close()
  }
}

export async function prepareCaller(
  house: SipHouse,
  options: {
    keysBy: KeysBy
    fields?: readonly string[]
    name: string
    eventPayloadType?: number
    leadMs?: number
    /** Encrypts what the caller sends. */
    keying?: Keying
  },
): Promise<{ audio: CallerAudio; file: string }> {
  const audio = await callerAudio({ fields: cardFields, leadMs, ...options })
  const sender = options.keying && new SrtpSender(options.keying)
  const packets = audio.packets.map(({ atMs, bytes }) => ({ atMs, bytes: sender?.rtp(bytes) ?? bytes }))
  const file = path.join(house.dir, `${options.name}.pcap`)
  writePcap(file, packets)
  return { audio, file }
}

export function simpleCaller(file: string, durationMs: number, crypto?: string): string[] {
  return [
    step.invite(sdp({ port: '[media_port]', ...(crypto ? { crypto } : {}) })),
    step.playPcap(file),
    step.pause(durationMs + 1_500),
    step.bye(2),
  ]
}

export function simplePbx({ agentSdp, extension: agent }: SipTrip, record?: string): string[] {
  return [pbx.answer(agentSdp, { agent, ...(record ? { record } : {}) }), pbx.recvBye()]
}
