import Srf from 'drachtio-srf'

/** What this room uses of `drachtio-srf`: its own types leave out half of it, and say `any` for the rest. */
export type SipHeaders = Record<string, string>
export type SipParty = {
  readonly uri: string
  readonly name?: string
  readonly params: Record<string, string | undefined>
}

export type SipMessage = {
  readonly body: string
  get(name: string): string | undefined
  has(name: string): boolean
}

export type SipRequest = SipMessage & {
  readonly method: string
  readonly uri: string
  readonly source_address: string
  getParsedHeader(name: 'from' | 'to'): SipParty
  on(event: 'cancel', listener: () => void): unknown
  cancel(done: () => void): void
}

export type SipAnswer = { readonly headers?: SipHeaders; readonly body?: string }
export type SipResponse = SipMessage & {
  readonly status: number
  readonly finalResponseSent: boolean | undefined
  send(status: number, answer?: SipAnswer): void
}

type WithinDialog = (request: SipRequest, response: SipResponse) => void
export type SipDialog = {
  /** How the server names it: it outlives this process. */
  readonly id: string
  readonly sip: { readonly callId: string; readonly localTag: string; readonly remoteTag: string }
  readonly remote: { readonly sdp: string }
  readonly res: SipMessage
  readonly connected: boolean
  destroy(): Promise<unknown>
  /** Re-INVITE; settles with the other's description. */
  modify(sdp: string): Promise<string>
  request(request: { method: string; headers: SipHeaders; body?: string }): Promise<SipResponse>
  on(event: 'destroy', listener: (request: SipRequest) => void): unknown
  on(event: 'modify' | 'info' | 'refer' | 'update', listener: WithinDialog): unknown
}

export type UacOptions = { readonly headers: SipHeaders; readonly localSdp: string }
/** An INVITE without a description: the other side offers, and ACK carries the answer. */
export type Offered = { readonly sdp: string; readonly res: SipMessage; ack(sdp: string): Promise<SipDialog> }
type Progress = {
  readonly cbRequest?: (error: unknown, request?: SipRequest) => void
  readonly cbProvisional?: (response: SipMessage & { readonly status: number }) => void
}

export type SipStack = {
  connect(place: object): void
  disconnect(): void
  invite(handler: (request: SipRequest, response: SipResponse) => void): void
  options(handler: (request: SipRequest, response: SipResponse) => void): void
  refer(handler: (request: SipRequest, response: SipResponse) => void): void
  createUAS(
    request: SipRequest,
    response: SipResponse,
    options: { localSdp: string; headers: SipHeaders },
  ): Promise<SipDialog>
  createUAC(uri: string, options: UacOptions, progress?: Progress): Promise<SipDialog>
  createUAC(
    uri: string,
    options: { headers: SipHeaders; noAck: true },
    progress?: Progress,
  ): Promise<Offered | SipDialog>
  request(request: { uri: string; method: string; stackDialogId: string }): Promise<unknown>
  on(event: 'connect', listener: (error: unknown) => void): unknown
  on(event: 'error' | 'close', listener: () => void): unknown
}

export function createStack(): SipStack {
  return new Srf() as unknown as SipStack
}

/** The status of a final answer that was a refusal; undefined for any other error. */
export function statusOfError(error: unknown): number | undefined {
  const { status } = (error ?? {}) as { status?: unknown }
  return typeof status === 'number' && status >= 300 && status < 700 ? status : undefined
}

/** The header that a refusal carried. */
export function headerOfError(error: unknown, name: string): string | undefined {
  const { res } = (error ?? {}) as { res?: SipMessage }
  return res?.get(name)
}

/** User part of a SIP or tel URI. */
export function userOf(uri: string): string {
  return /^(?:sips?|tel):([^@;>?]+)/i.exec(uri.trim().replace(/^[^<]*</, ''))?.[1] ?? ''
}
