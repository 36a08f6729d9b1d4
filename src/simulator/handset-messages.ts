import type { Call } from './carrier/call.ts'
import type { FormParameters } from './carrier/signature.ts'
import { mediaFormat } from './carrier/stream-wire.ts'
import { frameMs, handsetProtocolVersion, type StopReason, type ToHandset } from './handset-protocol.ts'

type Message<Event extends ToHandset['event']> = Extract<ToHandset, { event: Event }>

/** Writes what the carrier says to handsets. */
export const handsetMessages = {
  connected: (role: 'caller' | 'agent'): Message<'connected'> => ({
    event: 'connected',
    protocol: 'Handset',
    version: handsetProtocolVersion,
    role,
  }),

  state: (call: Call, state: Message<'state'>['state']): Message<'state'> => ({
    event: 'state',
    callSid: call.sid,
    state,
    from: call.options.from,
    to: call.options.to,
  }),

  start: (call: Call, streamSid: string, parameters: FormParameters): Message<'start'> => ({
    event: 'start',
    streamSid,
    start: {
      accountSid: call.options.network.accountSid,
      callSid: call.sid,
      streamSid,
      mediaFormat,
      // A token is the platform's secret, though it works once: it has no business in a handset.
      customParameters: Object.fromEntries(
        Object.entries(parameters).filter(([name]) => !/token$/i.test(name)),
      ),
    },
  }),

  media: (streamSid: string, frame: Buffer, chunk: number): Message<'media'> => ({
    event: 'media',
    streamSid,
    media: {
      chunk: String(chunk),
      timestamp: String((chunk - 1) * frameMs),
      payload: frame.toString('base64'),
    },
  }),

  mark: (streamSid: string, name: string): Message<'mark'> => ({ event: 'mark', streamSid, mark: { name } }),

  stop: (call: Call, reason: StopReason): Message<'stop'> => ({
    event: 'stop',
    stop: { callSid: call.sid, reason },
  }),
}
