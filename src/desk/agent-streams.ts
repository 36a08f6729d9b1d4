/** What the carrier says on an agent's socket, as far as listening needs it (the Media Streams dialect). */
export type CarrierMessage =
  | {
      readonly event: 'start'
      readonly streamSid: string
      readonly start: {
        readonly callSid: string
        readonly customParameters: Readonly<Record<string, string>>
      }
    }
  | { readonly event: 'media'; readonly streamSid: string; readonly media: { readonly payload: string } }
  | { readonly event: 'stop'; readonly stop: { readonly callSid: string } }
  | { readonly event: 'connected' | 'state' | 'mark' }

type Stream = { readonly sid: string; readonly callSid: string; readonly callId: string | undefined }

/** Which of the agent's streams belongs to which call: several calls share one socket. */
export class AgentStreams {
  #streams: readonly Stream[] = []

  take(message: CarrierMessage): void {
    if (message.event === 'start') {
      const { callSid, customParameters } = message.start
      const others = this.#streams.filter((stream) => stream.callSid !== callSid)
      this.#streams = [...others, { sid: message.streamSid, callSid, callId: customParameters.callId }]
    } else if (message.event === 'stop') {
      this.#streams = this.#streams.filter(({ callSid }) => callSid !== message.stop.callSid)
    }
  }

  /** The newest stream of the call. */
  sidOf(callId: string | null): string | undefined {
    return this.#streams.findLast((stream) => stream.callId === callId)?.sid
  }
}
