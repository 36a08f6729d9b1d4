import type { Running } from '../base/child-process.ts'
import { type Clock, systemClock } from '../base/clock.ts'
import { createLog } from '../base/log.ts'
import type { BridgeEvent } from '../contracts/bridge-port.ts'
import type { BridgeConfig } from '../contracts/process-config/bridge-config.ts'
import { createToneChannel } from '../dsp/tone-guard.ts'
import { NoTransfers } from './bridge-errors.ts'
import { CallBook } from './call-book.ts'
import { ControlPeers, serveControl } from './control-server.ts'
import { PromptLibrary } from './prompts/prompt-library.ts'
import { RoundClock } from './round-clock.ts'
import { startSip } from './sip/sip-entry.ts'
import { TwilioSignature } from './stream/twilio-signature.ts'
import { StreamServer } from './stream-server.ts'

const askEveryMs = 50
/** Kept of the deadline for saying goodbye, in ms. */
const farewellMs = 300

/** Starts the bridge: the book of calls, the link to control, and then the door for providers. */
export async function startBridge(config: BridgeConfig): Promise<Running> {
  const clock = new RoundClock(systemClock)
  const log = createLog({ process: 'bridge', level: config.logLevel })
  const peers = new ControlPeers()
  const emit = (event: BridgeEvent) => peers.emit(event)
  const book = new CallBook({
    clock,
    log,
    maxCalls: config.maxCalls,
    jitterMs: config.jitterMs,
    newToneChannel: (law) => createToneChannel({ law, ...config.mask }),
    emit,
  })
  const sip = config.sip && (await startSip({ config: config.sip, book, clock, rounds: clock, log, emit }))
  const control = await serveControl({
    socketPath: config.socketPath,
    token: config.token,
    log,
    book,
    peers,
    expectTransfer(transfer) {
      if (!sip) throw new NoTransfers()
      return sip.expectTransfer(transfer)
    },
    prompts: new PromptLibrary({ ...config.prompts, log }),
    callAgent(callId, agent) {
      if (!sip?.callAgent(callId, agent)) throw new NoTransfers()
    },
  })
  const streams = new StreamServer({
    ...config,
    clock,
    log,
    book,
    signature: new TwilioSignature(config.twilioStreamUrl, config.twilioAuthToken),
  })
  await streams.listen()
  return {
    async stop(deadlineMs) {
      streams.stopAccepting()
      sip?.stopAccepting()
      await drained(book, clock, deadlineMs - farewellMs)
      book.endAll('bridge-stopping')
      await streams.close()
      sip?.close()
      await control.close()
      log.info({}, 'stopped')
    },
  }
}

/** Settles when no call has a leg any more, or when the time is over. */
async function drained(book: CallBook, clock: Clock, withinMs: number): Promise<void> {
  const untilMs = clock.monotonicMs() + withinMs
  while (book.live && clock.monotonicMs() < untilMs) {
    await new Promise<void>((resolve) => setTimeout(resolve, askEveryMs))
  }
}
