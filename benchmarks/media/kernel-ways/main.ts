/**
 * `node benchmarks/media/kernel-ways/main.ts [--calls 250] [--seconds 3]`: what a relayed packet costs at least, by each
 * way of asking the kernel for it through `node:ffi`, with next to no JavaScript in between. Linux on x64 only.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { printTable } from '../../../test/tones/report.ts'
import { type Call, openPhone } from '../calls.ts'
import { cpuMsOf } from '../process-cpu.ts'
import { talk } from '../talk.ts'

const { values } = parseArgs({
  options: { calls: { type: 'string', default: '250' }, seconds: { type: 'string', default: '3' } },
})
const ways = {
  'recvmsg and sendmsg, one packet after the other': 'msg',
  'recv and send, one packet after the other': 'plain',
  'recv of all, then send of all': 'phases',
  'io_uring: multishot receive, one submission a look': 'uring',
}
const speech = new Uint8Array(16_000)

const rows: string[][] = []
for (const [name, way] of Object.entries(ways)) rows.push([name, ...(await measure(way))])
printTable([`${values.calls} calls, agent to caller`, 'µs a packet', 'sent', 'lost'], rows)

async function measure(way: string): Promise<string[]> {
  const relay = spawn(
    process.execPath,
    ['--no-warnings', path.join(import.meta.dirname, 'relay.ts'), way, values.calls],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const [line] = (await once(relay.stdout, 'data')) as [Buffer]
  const calls: Call[] = []
  for (const [toCaller, toAgent] of JSON.parse(line.toString()) as [number, number][]) {
    const call = { id: `${toCaller}`, caller: await openPhone(1), agent: await openPhone(2) }
    call.caller.goal = toCaller
    call.agent.goal = toAgent
    calls.push(call)
  }
  try {
    return await cost(relay.pid!, calls)
  } finally {
    relay.kill()
    await once(relay, 'exit')
    for (const { caller, agent } of calls) for (const { socket } of [caller, agent]) socket.close()
  }
}

async function cost(pid: number, calls: readonly Call[]): Promise<string[]> {
  // Both phones speak once, so that both sources are known.
  await talk(calls, { from: 'both', ms: 300, speech })
  await talk(calls, { from: 'agent', ms: 3_000, speech })
  await pause(300)
  const counts = () => ({
    cpuMs: cpuMsOf(pid),
    sent: calls.reduce((sum, { agent }) => sum + agent.sent, 0),
    heard: calls.reduce((sum, { caller }) => sum + caller.heard, 0),
  })
  const before = counts()
  await talk(calls, { from: 'agent', ms: Number(values.seconds) * 1_000, speech })
  await pause(500)
  const after = counts()
  const sent = after.sent - before.sent
  const us = ((after.cpuMs - before.cpuMs) * 1_000) / sent
  return [us.toFixed(1), String(sent), String(sent - (after.heard - before.heard))]
}
