import { readFile } from 'node:fs/promises'
import { type Clock, systemClock } from '../base/clock.ts'
import { codeOf } from '../base/errors.ts'
import { encodeG711 } from '../dsp/g711.ts'
import type { AudioRecording } from './audio-recording.ts'
import type { Step } from './call-script.ts'
import { connectHandset, type Handset } from './handset.ts'
import type { StopReason } from './handset-protocol.ts'
import { loadMediaLibrary, type MediaLibrary, MediaUnusable } from './media-library.ts'
import type { Ticker } from './ticker.ts'
import { readWav } from './wav.ts'

export type ScriptedCallOptions = {
  /** The simulated carrier, for example `ws://127.0.0.1:4100`. */
  readonly carrierUrl: string
  readonly from: string
  /** The sandbox's number unless told. */
  readonly to?: string
  readonly steps: readonly Step[]
  /** The folder with `manifest.json`, or what was read from it. */
  readonly media: string | MediaLibrary
  readonly records?: boolean
  readonly clock?: Clock
  readonly ticker?: Ticker
  /** Called when audio flows, before the first step. */
  readonly onStart?: (handset: Handset) => void | Promise<void>
  /** Aborted: hangs up now. */
  readonly signal?: AbortSignal
}

export type ScriptedCall = {
  readonly callSid: string
  readonly endedBecause: StopReason | 'connection-lost'
  /** 16-bit linear, 8 kHz, from the start of audio on. */
  readonly heard: Int16Array
  readonly sent: Int16Array
  /** The same with the time of every frame. */
  readonly heardRecording: AudioRecording
  readonly sentRecording: AudioRecording
  readonly counts: {
    readonly steps: number
    readonly keys: number
    readonly framesHeard: number
    readonly framesSent: number
    /** More than one when the platform lost a stream and took the call up again. */
    readonly starts: number
  }
  /** From dialling to the end, in ms. */
  readonly durationMs: number
}

/**
 * Makes one call as a caller, performs `steps` once audio flows, and hangs up after the last one. When the platform hangs up first,
 * the steps that are left are not performed: `counts.steps` says how far it came.
 */
export async function runScriptedCall(options: ScriptedCallOptions): Promise<ScriptedCall> {
  const { carrierUrl, from, to, clock = systemClock, media, ticker, records = true } = options
  const library = typeof media === 'string' ? await loadMediaLibrary(media) : media
  const speeches = await loadSpeeches(options.steps, library)
  const startedMs = clock.monotonicMs()
  const handset = await connectHandset({
    url: carrierUrl,
    role: { kind: 'caller', from, ...(to ? { to } : {}) },
    clock,
    records,
    ...(ticker ? { ticker } : {}),
  })
  const hangUp = () => void handset.hangUp()
  options.signal?.addEventListener('abort', hangUp)
  const performed = { steps: 0, keys: 0 }
  try {
    await handset.reached('start')
    await options.onStart?.(handset)
    for (const step of options.steps) {
      if (options.signal?.aborted) break
      await perform(step, { handset, clock, speeches, performed })
      performed.steps++
    }
  } catch (error) {
    // The line is gone, by the platform's or our own wish: what was heard until then is the result.
    if (handset.open) throw error
  } finally {
    options.signal?.removeEventListener('abort', hangUp)
    await handset.hangUp()
  }
  return {
    callSid: handset.callSid ?? '',
    endedBecause: handset.stopReason ?? 'connection-lost',
    heard: handset.heard.toPcm(),
    sent: handset.sent.toPcm(),
    heardRecording: handset.heard,
    sentRecording: handset.sent,
    counts: {
      ...performed,
      framesHeard: handset.heard.frames.length,
      framesSent: handset.sent.frames.length,
      starts: handset.startCount,
    },
    durationMs: clock.monotonicMs() - startedMs,
  }
}

type Performing = {
  readonly handset: Handset
  readonly clock: Clock
  readonly speeches: ReadonlyMap<string, Uint8Array>
  readonly performed: { keys: number }
}

async function perform(step: Step, { handset, clock, speeches, performed }: Performing): Promise<void> {
  switch (step.do) {
    case 'speak': {
      const said = handset.speak(speeches.get(step.speech)!, { loop: step.loop ?? false })
      if (step.loop) said.catch(() => {})
      else await said
      break
    }
    case 'hush':
      handset.voice.hush()
      break
    case 'wait':
      await handset.whileOpen(new Promise<void>((resolve) => clock.after(step.ms, resolve)))
      break
    case 'keys':
      for (const key of step.keys) {
        const { toneMs = 100, gapMs = 100, report = 'audio' } = step
        await handset.press(key, { toneMs, gapMs, report })
        performed.keys++
      }
      break
    case 'await':
      await handset.whileOpen(step.until())
      break
    case 'hang-up':
      await handset.hangUp()
      break
  }
}

async function loadSpeeches(steps: readonly Step[], library: MediaLibrary): Promise<Map<string, Uint8Array>> {
  const names = new Set(steps.flatMap((step) => (step.do === 'speak' ? [step.speech] : [])))
  const loaded = [...names].map(
    async (name) => [name, library.get(name) ?? (await readSpeech(name))] as const,
  )
  return new Map(await Promise.all(loaded))
}

async function readSpeech(file: string): Promise<Uint8Array> {
  if (!file.endsWith('.wav'))
    throw new MediaUnusable(`no canned speech of this name, and no WAV file: ${file}`)
  const octets = await readFile(file).catch((error: unknown) => {
    throw new MediaUnusable(`${file} cannot be read (${codeOf(error)})`)
  })
  const wav = readWav(octets)
  if (wav.sampleRate !== 8000) throw new MediaUnusable(`not at 8 kHz: ${file}`)
  if (wav.encoding === 'mulaw') return wav.octets
  const encoded = new Uint8Array(wav.samples.length)
  encodeG711('mulaw', wav.samples, encoded)
  return encoded
}
