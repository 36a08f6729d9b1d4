import { AppError } from '../base/errors.ts'
import { HandsetKey, KeyReport } from './handset-protocol.ts'

/** A script that cannot be read; the message names the line. */
export class ScriptUnreadable extends AppError {
  readonly code = 'SIMULATOR_SCRIPT_UNREADABLE'
  readonly remedy = 'fix-request'
}

export type Step =
  /** Canned speech by its id, or a WAV file. With `loop` it goes on under the steps that follow. */
  | { readonly do: 'speak'; readonly speech: string; readonly loop?: boolean }
  | { readonly do: 'hush' }
  | { readonly do: 'wait'; readonly ms: number }
  | {
      readonly do: 'keys'
      readonly keys: readonly HandsetKey[]
      readonly toneMs?: number
      readonly gapMs?: number
      readonly report?: KeyReport
    }
  /** For programs: goes on when `until` settles. */
  | { readonly do: 'await'; readonly until: () => Promise<unknown> }
  | { readonly do: 'hang-up' }

/**
 * Reads a script, one step a line; `;` parts steps too, so that a script fits one argument, and `//` begins a remark:
 *
 *   speak caller-order            canned speech of media/speech, or the path of a mu-law or PCM16 WAV file
 *   speak caller-small-talk loop  … again and again, under what follows
 *   hush
 *   wait 1500                     ms
 *   keys 4242# tone=80 gap=60 report=both
 *   hang-up
 *
 * Throws ScriptUnreadable. Its message never quotes keys.
 */
export function parseScript(text: string): readonly Step[] {
  const lines = text.split(/[\n;]/).map((line) => line.replace(/(^|\s)\/\/.*$/, '').trim())
  return lines.flatMap((line, index) => (line === '' ? [] : [readStep(line, index + 1)]))
}

function readStep(line: string, number: number): Step {
  const [verb, first = '', ...rest] = line.split(/\s+/)
  const refuse = (why: string) => new ScriptUnreadable(`step ${number}: ${why}`)
  const alone = first === '' && rest.length === 0
  if (verb === 'hang-up' && alone) return { do: 'hang-up' }
  if (verb === 'hush' && alone) return { do: 'hush' }
  if (verb === 'wait') {
    if (!/^\d{1,7}$/.test(first) || rest.length > 0) throw refuse('wait takes one number of milliseconds')
    return { do: 'wait', ms: Number(first) }
  }
  if (verb === 'speak') {
    if (first === '' || rest.some((word) => word !== 'loop'))
      throw refuse('speak takes a name or file, and perhaps loop')
    return { do: 'speak', speech: first, loop: rest.length > 0 }
  }
  if (verb === 'keys') {
    const keys = [...first].map((key) => HandsetKey.safeParse(key))
    if (keys.length === 0 || keys.some(({ success }) => !success)) throw refuse('keys are 0-9, *, #, A-D')
    const options = rest.map(
      (word) => keyOption(word) ?? unreadable(refuse('keys takes tone=MS, gap=MS, report=…')),
    )
    return { do: 'keys', keys: keys.map(({ data }) => data!), ...Object.assign({}, ...options) }
  }
  throw refuse('a step is one of speak, hush, wait, keys, hang-up')
}

function keyOption(word: string): object | undefined {
  const [, name, value = ''] = /^(tone|gap|report)=(.+)$/.exec(word) ?? []
  if (name === 'report') {
    const report = KeyReport.safeParse(value)
    return report.success ? { report: report.data } : undefined
  }
  const ms = /^\d{1,5}$/.test(value) ? Number(value) : 0
  const atLeastMs = name === 'tone' ? 20 : 40
  if (!name || ms < atLeastMs || ms > 10_000) return undefined
  return name === 'tone' ? { toneMs: ms } : { gapMs: ms }
}

function unreadable(error: Error): never {
  throw error
}
