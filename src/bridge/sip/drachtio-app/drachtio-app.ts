import type { Secret } from '../../../base/secret.ts'
import { type AgentParts, CallOver, callAgent } from './call-agent.ts'
import { copiedHeaders } from './copied-headers.ts'
import { LoneCallers } from './lone-callers.ts'
import { takeReferred } from './refer.ts'
import { negotiateAsUas } from './session-timer.ts'
import { type SipRequest, type SipResponse, statusOfError, userOf } from './stack.ts'
import { TerminatedCall } from './terminated-call.ts'
import { type ExpectedTransfer, type Transfer, TransferBook } from './transfer-book.ts'

export type DrachtioAppOptions = AgentParts & {
  readonly server: { readonly host: string; readonly port: number; readonly secret: Secret }
  /** Addresses that may call and transfer here; others are refused. */
  readonly peers: readonly string[]
  readonly paymentNumber: string
  readonly selfServiceNumbers: readonly string[]
  /** The agent whom `callAgentFor` called does not come; the caller is still there, alone. */
  readonly onAgentMissed: (callId: string) => void
}

const tokenPattern = /^\*?(\d{8})$/
/** Longest pause between two attempts to reach the drachtio server, in ms. */
const reconnectMs = 5_000

/**
 * Calls that end at Tonewall, on a drachtio server: transfers to the payment number, with a token behind it or by REFER
 * after a consultation, and self-service. What the server still holds of an earlier life is ended first.
 */
export class DrachtioApp {
  readonly #options: DrachtioAppOptions
  readonly #transfers: TransferBook
  readonly #calls = new Map<string, TerminatedCall>()
  readonly #alone: LoneCallers
  #accepting = true
  #connected = false
  #closed = false

  constructor(options: DrachtioAppOptions) {
    this.#options = options
    this.#transfers = new TransferBook(options.clock)
    this.#alone = new LoneCallers(options)
  }

  start(): void {
    const { stack, server, files, anchor, log } = this.#options
    // Their media were taken up with those of all calls; their dialogs are ended as soon as the server is there.
    for (const { callId, fromTag } of files.load()) void anchor.delete(callId, fromTag).catch(() => {})
    stack.invite((request, response) => void this.#invited(request, response))
    stack.options((_request, response) => response.send(200))
    stack.refer((_request, response) => response.send(405))
    stack.on('connect', (error) => {
      this.#connected = true
      if (this.#closed) stack.disconnect()
      else if (error) log.error({ error }, 'the drachtio server refused us')
      else {
        log.info({ target: `${server.host}:${server.port}` }, 'drachtio server connected')
        void this.#endLeftBehind()
      }
    })
    stack.on('error', () => log.warn({ reason: 'unreachable' }, 'no drachtio server'))
    stack.on('close', () => {
      this.#connected = false
      if (!this.#closed) log.warn({ reason: 'closed' }, 'the drachtio server is gone')
    })
    stack.connect({
      ...{ host: server.host, port: server.port, secret: server.secret.reveal() },
      reconnect: { retryMaxDelay: reconnectMs },
    })
  }

  /** What is to be dialled for this transfer. */
  expect(transfer: ExpectedTransfer): string {
    this.#transfers.expect(transfer)
    return `${this.#options.paymentNumber}${transfer.token}`
  }

  /** An agent for a caller without one. False when there is no such caller. */
  callAgentFor(callId: string, agent: string): boolean {
    return this.#alone.callAgent(callId, agent)
  }

  /** Ends a call that is ours; false when it is not. */
  hangUp(callId: string): boolean {
    const call = this.#calls.get(callId)
    call?.end()
    return call !== undefined
  }

  stopAccepting(): void {
    this.#accepting = false
  }

  close(): void {
    for (const call of [...this.#calls.values()]) call.end()
    this.#closed = true
    if (this.#connected) this.#options.stack.disconnect()
  }

  /** Of an earlier life of ours, or of one connection: nobody can speak for these dialogs any more but to end them. */
  async #endLeftBehind(): Promise<void> {
    const { files, stack, log } = this.#options
    for (const { callId, dialogIds } of files.load()) {
      const call = this.#calls.get(callId)
      // The server knows the dialog's target; `sip:placeholder` is what drachtio-srf itself writes where it fills one in.
      for (const stackDialogId of dialogIds)
        await stack
          .request({ uri: 'sip:placeholder', method: 'BYE', stackDialogId })
          .catch((error: unknown) => log.info({ error }, 'a dialog that was left behind is gone already'))
      call?.end()
      files.forget(callId)
      log.warn({ reason: 'left-behind' }, 'a terminated call was ended')
    }
  }

  async #invited(request: SipRequest, response: SipResponse): Promise<void> {
    const { peers, paymentNumber, selfServiceNumbers, log } = this.#options
    try {
      if (!peers.includes(request.source_address)) return response.send(403)
      if (!this.#accepting) return response.send(503)
      // The offer decides over the anchor's ports: it has to come first.
      if (request.body === '') return response.send(488)
      const dialled = userOf(request.uri)
      if (selfServiceNumbers.includes(dialled)) return await this.#selfService(request, response)
      if (dialled === paymentNumber) return await this.#consult(request, response)
      if (!dialled.startsWith(paymentNumber)) return response.send(404)
      const token = tokenPattern.exec(dialled.slice(paymentNumber.length))?.[1]
      const transfer = token === undefined ? undefined : this.#transfers.take(token)
      if (!transfer) return response.send(404)
      await this.#transferred(request, response, transfer)
    } catch (error) {
      log.warn({ error }, 'a call could not be taken')
      if (!response.finalResponseSent) response.send(488)
    }
  }

  #open(request: SipRequest): TerminatedCall {
    const callId = request.get('Call-ID') ?? ''
    const call: TerminatedCall = new TerminatedCall(this.#options, {
      callId,
      callerTag: request.getParsedHeader('from').params.tag ?? '',
      onOver: () => {
        this.#calls.delete(callId)
        this.#alone.forget(call)
      },
    })
    this.#calls.set(callId, call)
    request.on('cancel', () => call.end('caller'))
    return call
  }

  async #selfService(request: SipRequest, response: SipResponse): Promise<void> {
    const { anchor } = this.#options
    const call = this.#open(request)
    try {
      const parties = partiesOf(request)
      const offer = this.#offerOf(call, request)
      const { answer } = await anchor.answerAlone({
        ...offer,
        metadata: { ...parties, 'self-service': 'yes' },
      })
      this.#alone.add(call, { offer, from: parties.from, headers: copiedHeaders(request) })
      await this.#accept(call, { request, response, sdp: answer })
    } catch (error) {
      call.end()
      throw error
    }
  }

  /** The agent is called while the caller hears the ringing; the caller is answered with the agent. */
  async #transferred(
    request: SipRequest,
    response: SipResponse,
    { agent, merchantId, metadata: said }: Transfer,
  ): Promise<void> {
    const { anchor, log } = this.#options
    const call = this.#open(request)
    try {
      const parties = partiesOf(request)
      const metadata = { ...said, ...parties, agent, merchant: merchantId }
      const sdp = await anchor.offer({ ...this.#offerOf(call, request), metadata })
      const answer = await callAgent(this.#options, call, {
        ...{ agent, sdp, headers: { ...copiedHeaders(request), ...this.#ourId(call) }, from: parties.from },
        onRinging: () => !call.over && response.send(180, { headers: this.#ourId(call) }),
      })
      await this.#accept(call, { request, response, sdp: answer })
    } catch (error) {
      const isGone = call.over || error instanceof CallOver
      call.end()
      if (isGone) return
      log.warn({ error }, 'the agent does not answer')
      if (!response.finalResponseSent) response.send(statusOfError(error) === 486 ? 486 : 480)
    }
  }

  /** The agent asks what to do: nothing is heard until the caller is handed over by REFER. */
  async #consult(request: SipRequest, response: SipResponse): Promise<void> {
    const { stack, session, paymentNumber } = this.#options
    const negotiated = negotiateAsUas(request, session)
    if (negotiated.refused) return response.send(422, { headers: negotiated.headers })
    const agent = userOf(request.get('P-Asserted-Identity') ?? request.getParsedHeader('from').uri)
    const consultation = await stack.createUAS(request, response, {
      localSdp: silent(request.body),
      headers: negotiated.headers,
    })
    consultation.on('refer', (refer, accepted) => {
      const opened = (call: TerminatedCall) => void this.#calls.set(call.callId, call)
      const closed = (call: TerminatedCall) => void this.#calls.delete(call.callId)
      const facts = { consultation, agent, paymentNumber, opened, closed }
      void takeReferred(this.#options, facts, { request: refer, response: accepted })
    })
  }

  async #accept(
    call: TerminatedCall,
    { request, response, sdp }: { request: SipRequest; response: SipResponse; sdp: string },
  ): Promise<void> {
    const { stack, session } = this.#options
    if (call.over) return
    const negotiated = negotiateAsUas(request, session)
    if (negotiated.refused) {
      response.send(422, { headers: negotiated.headers })
      call.end()
      return
    }
    const headers = { ...negotiated.headers, ...this.#ourId(call) }
    const dialog = await stack.createUAS(request, response, { localSdp: sdp, headers })
    call.adopt('caller', dialog, { we: 'uas', timer: negotiated.timer })
  }

  #offerOf(call: TerminatedCall, request: SipRequest) {
    const { callId, callerTag } = call
    return { callId, fromTag: callerTag, sdp: request.body, label: 'caller' as const }
  }

  #ourId(call: TerminatedCall): Record<string, string> {
    const id = this.#options.anchor.idOf(call.callId)
    return id === undefined ? {} : { 'X-Tonewall-Call': id }
  }
}

/** Who calls, and what was dialled; the token left out, for it is used up and nobody’s business. */
function partiesOf(request: SipRequest): { from: string; to: string } {
  const plain = (user: string) => user.replaceAll(/[^0-9A-Za-z+*#._-]/g, '')
  const from = userOf(request.get('P-Asserted-Identity') ?? request.getParsedHeader('from').uri)
  return { from: plain(from), to: plain(userOf(request.uri)).replace(/\d{8}$/, '') }
}

/** An answer that takes no media: every stream inactive, on the port for discarding. */
function silent(offer: string): string {
  const media = [...offer.matchAll(/^m=(\S+) \d+ (\S+) (\S+)/gm)]
  const streams = media.flatMap(([, kind, profile, format], index) => [
    `m=${kind} ${index === 0 ? 9 : 0} ${profile} ${format}`,
    ...(index === 0 ? ['a=inactive'] : []),
  ])
  const session = ['v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0']
  return `${[...session, ...streams].join('\r\n')}\r\n`
}
