import { createHmac, randomUUID } from 'node:crypto'
import type { Attention } from './attention.ts'
import type { ControlProcess } from './control-process.ts'
import { authToken, number, publicUrl } from './lane-config.ts'
import type { Peers } from './peers.ts'

/** The one caller of a lane, who stays on the line over all of control's lives. */
export class Caller {
  readonly #control: ControlProcess
  readonly #peers: Peers
  callId = ''

  constructor(control: ControlProcess, peers: Peers) {
    this.#control = control
    this.#peers = peers
  }

  /** Control is useful, and the call is live. */
  async ready(attention: Attention): Promise<void> {
    const useful = async () => (await fetch(`${this.#control.baseUrl}/readyz`)).status === 200
    await attention.until({ what: 'control is ready', condition: useful })
    const letIn = async () => {
      this.callId ||= (await this.#ring()) ?? ''
      return this.callId !== ''
    }
    await attention.until({ what: 'the caller is let in', condition: letIn })
    const live = async () => {
      const { data } = await this.#control.api.request('listCalls')
      const call = data.find(({ id }) => id === this.callId)
      // A machine that kept bridge and control apart for too long has ended the call; the caller rings again.
      if (!call || call.status === 'ended') this.callId = (await this.#ring()) ?? this.callId
      return call?.status === 'live' && call.caller === 'joined' && call.agent === 'joined'
    }
    await attention.until({ what: 'the call is live', condition: live })
  }

  /** A caller rings over Twilio's webhook, and the bridge sees both streams join. */
  async #ring(): Promise<string | undefined> {
    const url = '/v1/telephony/twilio/voice'
    const form = { CallSid: `CA${randomUUID()}`, From: '+441632960099', To: number }
    const text = Object.entries(form).reduce((all, [name, value]) => all + name + value, publicUrl + url)
    const response = await fetch(this.#control.baseUrl + url, {
      method: 'POST',
      headers: { 'x-twilio-signature': createHmac('sha1', authToken).update(text).digest('base64') },
      body: new URLSearchParams(form),
    })
    const id = /name="callId" value="(call_\w+)"/.exec(await response.text())?.[1]
    // The bridge is not quite there yet: the provider is asked to try again.
    if (id === undefined) return undefined
    const roles = ['caller', 'agent'] as const
    const { bridge } = this.#peers
    bridge.legs.set(
      id,
      roles.map((role) => ({ role, streamSid: `MZ${role}` })),
    )
    for (const role of roles)
      bridge.tell({ type: 'leg-joined', callId: id, role, streamSid: `MZ${role}`, masked: false })
    return id
  }
}
