/**
 * `npm run bench:media`: what a packet costs the bridge and Debian's rtpengine (rtpengine-daemon), on the same machine,
 * one after the other for each load, with the same audio. Linux only: processor time comes from /proc.
 */
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { loadMediaLibrary } from '../../src/simulator/media-library.ts'
import { printTable } from '../../test/tones/report.ts'
import { watchMachine } from '../latency/machine.ts'
import type { Anchor } from './anchor.ts'
import { startRtpengine } from './debian-rtpengine.ts'
import { type Cost, measure, type Work, works } from './measure.ts'
import { startBridge } from './our-bridge.ts'

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '50,100,250' },
    seconds: { type: 'string', default: '6' },
    work: { type: 'string', default: '' },
    profile: { type: 'boolean', default: false },
    sockets: { type: 'string', default: 'native' },
    without: { type: 'string', default: '' },
  },
})
const counts = values.calls.split(',').map(Number)
const ms = Number(values.seconds) * 1_000
const speech = (await loadMediaLibrary(path.resolve('media', 'speech'))).get('caller-small-talk')!
const machine = watchMachine()

const rtpengine = values.without === 'rtpengine' ? null : await startRtpengine()
if (!rtpengine && process.env.CI) throw new Error('rtpengine is missing; Debian: rtpengine-daemon')
if (!rtpengine) console.log('rtpengine is left out: our numbers stand alone.')
const ours = await startBridge(values.profile, values.sockets === 'dgram' ? 'dgram' : 'native')
try {
  for (const work of works.filter(({ name }) => name.includes(values.work))) await compare(work)
  const { loadAverage, idleShare } = machine()
  console.log(
    `${os.cpus().length} cores (${os.cpus()[0]?.model}), load ${loadAverage.toFixed(1)}, ${Math.round(idleShare * 100)} % idle, Node ${process.version}`,
  )
} finally {
  await rtpengine?.stop()
  await ours.stop()
}

async function compare(work: Work): Promise<void> {
  const rows: string[][] = []
  // An anchor lives for weeks: what its first calls cost, before the code that they need is compiled, is not asked here.
  for (const anchor of [ours, ...(rtpengine ? [rtpengine] : [])])
    await measure(anchor, work, { count: Math.max(...counts), ms: 0, speech, profile: false })
  for (const count of counts) {
    const costs: (readonly [Anchor, Cost])[] = []
    for (const anchor of [ours, ...(rtpengine ? [rtpengine] : [])])
      costs.push([
        anchor,
        await measure(anchor, work, { count, ms, speech, profile: values.profile && anchor === ours }),
      ])
    const [mine, theirs] = costs.map(([, cost]) => cost)
    for (const [anchor, cost] of costs) rows.push(cells(count, anchor.name, cost))
    if (theirs) rows.at(-2)!.push((mine!.usPerPacket / theirs.usPerPacket).toFixed(2))
    rows.at(-1)!.push('')
  }
  const head = [work.name, 'calls', 'µs a packet', 'of a core', 'sent', 'lost', 'dropped', 'of rtpengine']
  printTable(
    head,
    rows.map((row) => head.map((_, i) => row[i] ?? '')),
  )
}

function cells(count: number, name: string, { usPerPacket, core, sent, lost, dropped }: Cost): string[] {
  const share = `${(core * 100).toFixed(0)} %`
  return [name, String(count), usPerPacket.toFixed(1), share, String(sent), String(lost), String(dropped)]
}
