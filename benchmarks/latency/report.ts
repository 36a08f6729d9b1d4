import type { KeyToDot } from './desk/key-to-dot.ts'
import type { Distribution } from './distribution.ts'
import type { AddedDelay } from './wire/added-delay.ts'

export function audioHeading(seconds: number): string {
  return [
    `Audio: delay added by the bridge, in ms, at its own sockets (${seconds} s each; armed, caller → agent includes the look-ahead of 20 ms)`,
    row(['calls', 'line', 'direction', 'p50', 'p95', 'p99', 'max', 'lost', 'masked', ''], audioWidths),
  ].join('\n')
}

const audioWidths = [5, 9, 14, 8, 8, 8, 8, 12, 7, 0]

export function audioRows(result: AddedDelay): string {
  const { calls, armed, machine, bridgeCpu, generatorCpu, generatorLateMs } = result
  const around = [
    `bridge ${share(bridgeCpu)} of a core (${share(bridgeCpu / calls)} a call)`,
    `generator ${share(generatorCpu)}, late p99 ${generatorLateMs.p99} max ${generatorLateMs.max} ms`,
    `machine ${share(machine.idleShare)} idle, load ${machine.loadAverage.toFixed(2)}`,
  ]
  const directions = [
    ['caller → agent', result.callerToAgent],
    ['agent → caller', result.agentToCaller],
  ] as const
  const rows = directions.map(([name, { addedMs, sent, lost, replaced }]) =>
    row(
      [calls, armed ? 'armed' : 'not armed', name, ...delays(addedMs), `${lost}/${sent}`, replaced],
      audioWidths,
    ),
  )
  return [...rows, `      ${around.join('; ')}`].join('\n')
}

export function keysHeading(toneMs: number, gapMs: number): string {
  return [
    '',
    `Keys: from the caller’s phone to the dot on the desk, in ms (tones of ${toneMs} ms, pauses of ${gapMs} ms, one payment after the other begins)`,
    row(['calls', 'from', 'p50', 'p95', 'p99', 'max', 'keys', 'payments captured'], keyWidths),
  ].join('\n')
}

const keyWidths = [5, 9, 8, 8, 8, 8, 6, 18]

export function keyRows(result: KeyToDot): string {
  const { calls, captured, payments, keysPressed, cpu, machine } = result
  const lines = [
    ['key down', result.downToDotMs],
    ['key up', result.upToDotMs],
  ] as const
  const processes = Object.entries(cpu).map(([name, used]) => `${name} ${share(used)}`)
  const troubles = [
    ...Object.entries(result.lost).map(([why, count]) => `not captured: ${count} × ${why}`),
    ...(result.notConnected > 0 ? [`calls that did not come up: ${result.notConnected}`] : []),
    ...(result.dotsMissing > 0 ? [`keys without a dot: ${result.dotsMissing}`] : []),
    ...Object.entries(result.warnings).map(([message, count]) => `in the logs: ${count} × ${message}`),
  ]
  return [
    ...lines.map(([name, ms]) =>
      row([calls, name, ...delays(ms), keysPressed, `${captured}/${payments}`], keyWidths),
    ),
    `      of a core: ${processes.join(', ')}; callers’ loop late p99 ${result.callersLateP99Ms} ms`,
    `      machine ${share(machine.idleShare)} idle, load ${machine.loadAverage.toFixed(2)}`,
    ...troubles.map((trouble) => `      ${trouble}`),
  ].join('\n')
}

function delays({ p50, p95, p99, max }: Distribution): string[] {
  return [p50, p95, p99, max].map((ms) => (Number.isNaN(ms) ? '–' : ms.toFixed(1)))
}

function share(part: number): string {
  return Number.isNaN(part) ? 'n/a' : `${(part * 100).toFixed(part < 0.01 ? 2 : 0)} %`
}

function row(cells: ReadonlyArray<string | number>, widths: readonly number[]): string {
  const isText = (i: number) => i === 1 || (i === 2 && widths[2]! > 8)
  return cells
    .map((cell, i) => (isText(i) ? String(cell).padEnd(widths[i]!) : String(cell).padStart(widths[i]!)))
    .join('  ')
    .trimEnd()
}
