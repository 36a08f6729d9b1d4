import type { FusionResult } from './fusion/run-fusion.ts'
import type { CallResults } from './run-calls.ts'
import type { GroupResult } from './run-groups.ts'
import type { TalkOffResult } from './run-talk-off.ts'
import { type HearingScore, quantile } from './score-hearing.ts'
import { type MaskingScore, recoveredPct } from './score-masking.ts'

export const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length
export const percent = (part: number, whole: number) => (whole === 0 ? Number.NaN : (100 * part) / whole)
const shown = (value: number, places = 1) => (Number.isNaN(value) ? '–' : value.toFixed(places))

export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)))
  for (const row of [head, widths.map((width) => '─'.repeat(width)), ...rows]) {
    console.log(
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
    )
  }
  console.log('')
}

function hearingCells(score: HearingScore): string[] {
  const share =
    score.presses > 0 ? percent(score.heard, score.presses) : percent(score.rejected, score.toReject)
  return [
    String(score.presses || score.toReject || '–'),
    shown(share, 2),
    `${score.doubled}/${score.wrong}/${score.invented}`,
    shown(quantile(score.latenciesMs, 0.5), 0),
    shown(quantile(score.latenciesMs, 0.99), 0),
  ]
}

function maskingCells(score: MaskingScore, attackers: readonly string[]): string[] {
  const cells = attackers.map((name) => {
    const { pct, errorPct } = recoveredPct(score, name)
    return Number.isNaN(pct) ? '–' : `${pct.toFixed(1)} ±${errorPct.toFixed(1)}`
  })
  return [...cells, score.presses === 0 ? '–' : `${score.audible}+${score.echoAudible}`]
}

const attackHead = (attackers: readonly string[]) => attackers.map((name) => `${name} %`)
const hearingHead = ['presses', 'right %', '2×/wrong/new', 'p50 ms', 'p99 ms']

export function printGroups(results: readonly GroupResult[], attackers: readonly string[]): void {
  const kinds = { hear: 'must be heard', reject: 'must be rejected', either: 'beyond the standards' } as const
  for (const kind of ['hear', 'reject', 'either'] as const) {
    const head = [kinds[kind], ...hearingHead, ...attackHead(attackers), 'left+echo']
    printTable(
      head,
      results
        .filter(({ group }) => group.kind === kind)
        .map(({ group, hearing, masking }) => [
          group.name,
          ...hearingCells(hearing),
          ...maskingCells(masking, attackers),
        ]),
    )
  }
}

export function printCalls(results: CallResults, attackers: readonly string[]): void {
  const { calls, right, hearing, masking, audio } = results
  printTable(
    [
      'whole calls',
      'right',
      ...hearingHead,
      ...attackHead(attackers),
      'left+echo',
      'before ms',
      'after ms',
      'speech changed %',
    ],
    [
      [
        `${calls} with two voices, echo, noise, loss`,
        String(right),
        ...hearingCells(hearing),
        ...maskingCells(masking, attackers),
        shown(mean(masking.beforeMs)),
        shown(mean(masking.afterMs)),
        shown(percent(audio.changed, audio.active), 3),
      ],
    ],
  )
}

export function printTalkOff(results: readonly TalkOffResult[]): void {
  printTable(
    ['no digits at all', 'hours', 'invented', 'an hour', 'changed %'],
    results.map(({ kind, hours, invented, audio }) => [
      kind,
      shown(hours, 2),
      String(invented),
      shown(invented / hours, 2),
      shown(percent(audio.changed, audio.active), 3),
    ]),
  )
}

export function printFusion({ cases, right, forwarded, byHabit }: FusionResult): void {
  printTable(
    ['one press, one digit: what the sender does', 'cases', 'right'],
    [
      ...[...byHabit].map(([habit, tally]) => [habit, String(tally.cases), String(tally.right)]),
      [`all (events that went to the agent: ${forwarded})`, String(cases), String(right)],
    ],
  )
}
