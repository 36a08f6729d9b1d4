import { type Key, keypad } from '../../../src/dsp/dtmf-keypad.ts'
import { encodeG711 } from '../../../src/dsp/g711.ts'
import { generateTone, toInt16 } from '../../../src/dsp/tone-generator.ts'
import type { TracedRtp } from '../../../src/dtmf/trace.ts'
import { Random } from '../random.ts'
import { mixInto } from '../signals/level.ts'
import { addEchoes, whiteNoise } from '../signals/noise.ts'

/** How a press shows on the wire. */
type Wire = {
  readonly key: Key
  readonly fromMs: number
  readonly toMs: number
  /** Stretch of it that is heard in the audio, in ms from its beginning; 0 when it is not. */
  readonly toneMs: number
  /** After its beginning, that of its event; null when there is none. */
  readonly eventMs: number | null
}

export type FusionCase = {
  readonly name: string
  readonly keys: string
  readonly trace: readonly TracedRtp[]
}

type Habit = {
  readonly name: string
  /** What the sender does with one press. */
  readonly witness: (
    random: Random,
    lateMs: number,
    i: number,
  ) => { toneMs?: number; isEvent: boolean; lateMs: number }
  readonly pace?: (random: Random) => { toneMs: number; pauseMs: number }
  readonly echo?: boolean
  /** Share of packets lost, repeated and overtaken. */
  readonly trouble?: number
  readonly pausesAudio?: boolean
}

const hurried = (r: Random) => ({ toneMs: r.between(45, 70), pauseMs: r.between(45, 70) })
const steady = (r: Random) => ({ toneMs: r.between(70, 160), pauseMs: r.between(90, 300) })

/** Senders as they are found: what each does is kept for the whole of a call, with a delay of its own. */
const habits: readonly Habit[] = [
  { name: 'tones only', witness: () => ({ isEvent: false, lateMs: 0 }) },
  { name: 'tones only, hurried', pace: hurried, witness: () => ({ isEvent: false, lateMs: 0 }) },
  { name: 'events only', pausesAudio: true, witness: (_, lateMs) => ({ toneMs: 0, isEvent: true, lateMs }) },
  { name: 'events only, hurried', pace: hurried, witness: () => ({ toneMs: 0, isEvent: true, lateMs: 0 }) },
  {
    name: 'events only, troubled',
    trouble: 0.05,
    pausesAudio: true,
    witness: () => ({ toneMs: 0, isEvent: true, lateMs: 0 }),
  },
  { name: 'tone and event at once', witness: (r) => ({ isEvent: true, lateMs: r.between(-10, 20) }) },
  { name: 'tone and event at once, hurried', pace: hurried, witness: () => ({ isEvent: true, lateMs: 5 }) },
  { name: 'event up to 400 ms late', witness: (_, lateMs) => ({ isEvent: true, lateMs }) },
  {
    name: 'event up to 400 ms late, hurried',
    pace: hurried,
    witness: (_, lateMs) => ({ isEvent: true, lateMs }),
  },
  {
    name: 'residue of 20 to 60 ms before the event',
    pausesAudio: true,
    witness: (r) => ({ toneMs: r.between(20, 60), isEvent: true, lateMs: 60 }),
  },
  { name: 'event late, audio troubled', trouble: 0.02, witness: (_, lateMs) => ({ isEvent: true, lateMs }) },
  {
    name: 'now and then no event',
    witness: (r, lateMs, i) => ({ isEvent: i < 5 || r.next() < 0.7, lateMs }),
  },
  {
    name: 'now and then no tone',
    witness: (r, lateMs, i) => ({ ...(i < 5 || r.next() < 0.7 ? {} : { toneMs: 0 }), isEvent: true, lateMs }),
  },
  { name: 'echoes of the keys', echo: true, witness: (_, lateMs) => ({ isEvent: true, lateMs }) },
]
export const fusionHabits = habits.length

const ssrc = 0x1234abcd
const eventType = 101

/** A case: a sender's habit and some twenty presses, a third of them the same key as before. */
export function fusionCase(seed: number, n: number): FusionCase {
  const habit = habits[n % habits.length]!
  const random = Random.for(seed, `fusion ${n}`)
  const lateMs = Math.round(random.between(0, 20)) * 20
  const presses: Wire[] = []
  const pace = (habit.pace ?? steady)(random)
  let at = 400
  for (let i = 0; i < 20; i++) {
    const last = presses.at(-1)?.key
    const key = last && random.next() < 0.35 ? last : (random.pick([...'0123456789*#']) as Key)
    const { toneMs, pauseMs } = habit.pace ? pace : steady(random)
    const { isEvent, lateMs: late, toneMs: heardMs = toneMs } = habit.witness(random, lateMs, i)
    presses.push({
      key,
      fromMs: at,
      toMs: at + toneMs,
      toneMs: Math.min(heardMs, toneMs),
      eventMs: isEvent ? late : null,
    })
    at += toneMs + pauseMs + (i % 4 === 3 ? random.between(100, 500) : 0)
  }
  const packets = [...audioPackets(presses, at + 900, habit, random), ...eventPackets(presses)]
  return {
    name: `${habit.name} (${lateMs} ms)`,
    keys: presses.map(({ key }) => key).join(''),
    trace: onWire(packets, habit, random),
  }
}

type Packet = Omit<TracedRtp, 'seq'>

function audioPackets(presses: readonly Wire[], lengthMs: number, habit: Habit, random: Random): Packet[] {
  const length = Math.ceil(lengthMs / 20) * 160
  const audio = new Float32Array(length)
  for (const { key, fromMs, toneMs } of presses) {
    if (toneMs > 0) mixInto(audio, generateTone({ key, ms: toneMs, levelDbm0: -10 }), Math.round(fromMs * 8))
  }
  if (habit.echo) addEchoes(audio, [{ delayMs: random.between(80, 500), dropDb: random.between(9, 18) }])
  mixInto(audio, whiteNoise(length, -60, random))
  const octets = new Uint8Array(length)
  encodeG711('mulaw', toInt16(audio), octets)
  const packets: Packet[] = []
  for (let from = 0; from < length; from += 160) {
    const ms = from / 8
    const isPaused = presses.some(
      ({ fromMs, toMs, toneMs, eventMs }) =>
        eventMs !== null && ms >= fromMs + toneMs && ms < toMs + eventMs - 20,
    )
    if (habit.pausesAudio && isPaused) continue
    const payload = Buffer.from(octets.subarray(from, from + 160)).toString('base64')
    packets.push({ t: ms + 20, kind: 'rtp', ts: from, ssrc, m: 0, pt: 0, payload })
  }
  return packets
}

/** Updates every 20 ms, the end three times; while one event goes on, the next waits for it. */
function eventPackets(presses: readonly Wire[]): Packet[] {
  const packets: Packet[] = []
  const code = (key: Key) => '0123456789*#ABCD'.indexOf(key)
  let free = 0
  for (const { key, fromMs, toMs, eventMs } of presses) {
    if (eventMs === null) continue
    const start = Math.max(free, Math.ceil((fromMs + eventMs) / 20) * 20)
    const updates = Math.max(1, Math.round((toMs - fromMs) / 20) - 1)
    for (let i = 0; i < updates + 3; i++) {
      const isEnd = i >= updates
      const duration = 160 * Math.min(i + 1, updates + 1)
      const payload = Buffer.from([
        code(key),
        (isEnd ? 0x80 : 0) | 10,
        duration >> 8,
        duration & 0xff,
      ]).toString('base64')
      const t = start + (isEnd ? updates * 20 : i * 20) + 20 + (isEnd ? 0.1 * (i - updates) : 0)
      packets.push({ t, kind: 'rtp', ts: start * 8, ssrc, m: i === 0 ? 1 : 0, pt: eventType, payload })
    }
    free = start + updates * 20 + 20
  }
  return packets
}

/** In the order of sending they get their numbers; then some are lost, repeated or overtaken. */
function onWire(packets: readonly Packet[], { trouble = 0 }: Habit, random: Random): TracedRtp[] {
  const sent = packets
    .toSorted((a, b) => a.t - b.t)
    .map((packet, i) => ({ ...packet, seq: (65_500 + i) & 0xffff }))
  const arrived = sent.flatMap((packet) => {
    const fate = random.next()
    if (fate < trouble) return []
    if (fate < 1.5 * trouble) return [packet, packet]
    if (fate < 2 * trouble) return [{ ...packet, t: packet.t + 25 }]
    return [packet]
  })
  return arrived.sort((a, b) => a.t - b.t)
}

/** Any key of the pad, for tests that need to know what may come out. */
export const anyKey = new Set<string>(keypad)
