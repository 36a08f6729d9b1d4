import { Command } from 'commander'
import { systemClock } from '../base/clock.ts'
import type { SampleCodec } from '../dtmf/audio-format.ts'
import { openAudio } from '../dtmf/audio-input.ts'
import { type AuditFinding, auditRecording } from '../dtmf/audit.ts'
import { codecByName, recordingsOf } from '../dtmf/recordings.ts'
import { codecOption, endWithReader, explain, openInput, wholeNumber } from './dtmf-files.ts'

type Options = {
  readonly rate: number
  readonly codec?: SampleCodec
  readonly showDigits?: boolean
  readonly json?: boolean
}

type Totals = { files: number; unreadable: number; seconds: number; digits: number; affected: number }

export function auditCommand(): Command {
  return new Command('audit')
    .description(
      'look for recoverable digits in recordings; exit code 1 when there are any, 2 when a file is not audio',
    )
    .argument('<files...>', 'recordings (WAVE or raw), or folders of them; - is standard input')
    .option('--rate <hz>', 'samples a second of raw samples', wholeNumber(8_000, 192_000), 8_000)
    .addOption(codecOption())
    .option('--show-digits', 'print the digits that were found, too')
    .option('--json', 'a JSON line for each digit found and one for the total')
    .addHelpText(
      'after',
      `
It says where and how strong, never which digit, unless --show-digits is given. The ear is aggressive: it believes
what a telephone's receiver would rightly reject, so look at what it finds; music and synthetic sounds can ring false.
Progress goes to standard error.`,
    )
    .action(async (names: string[], options: Options) => {
      endWithReader()
      const totals: Totals = { files: 0, unreadable: 0, seconds: 0, digits: 0, affected: 0 }
      const progress = new Progress()
      try {
        for (const file of recordingsOf(names)) await auditFile(file, options, totals, progress)
      } catch (error) {
        console.error(`tonewall dtmf audit: ${explain(names.join(', '), error)}`)
        totals.unreadable++
      }
      progress.clear()
      sayTotals(totals, options)
      if (totals.digits > 0) process.exitCode = 1
      else if (totals.unreadable > 0 || totals.files === 0) process.exitCode = 2
    })
}

async function auditFile(file: string, options: Options, totals: Totals, progress: Progress): Promise<void> {
  const before = totals.digits
  try {
    const assumed = { codec: options.codec ?? codecByName(file), rate: options.rate, channels: 1 }
    const input = await openAudio(openInput(file), assumed)
    totals.seconds += await auditRecording(input, {
      found: (finding) => {
        totals.digits++
        progress.clear()
        console.log(sayFinding(file, finding, options))
      },
      progress: (seconds) => progress.show(totals.files, totals.seconds + seconds),
    })
    totals.files++
  } catch (error) {
    progress.clear()
    console.error(`tonewall dtmf audit: ${explain(file, error)}`)
    totals.unreadable++
  }
  if (totals.digits > before) totals.affected++
}

function sayFinding(file: string, finding: AuditFinding, { json, showDigits }: Options): string {
  const { channel, fromSample, toSample, levelDbm0, purity, key } = finding
  const fromMs = fromSample / 8
  const toMs = toSample / 8
  const digit = showDigits ? { digit: key } : {}
  const level = Math.round(levelDbm0 * 10) / 10
  if (json)
    return JSON.stringify({
      file,
      channel,
      fromMs,
      toMs,
      levelDbm0: level,
      purity: Math.round(purity * 1_000) / 1_000,
      ...digit,
    })
  const at = `${(fromMs / 1_000).toFixed(3)} s`
  const strength = `${level.toFixed(1)} dBm0, ${Math.round(purity * 100)} % pure`
  return `${file}  channel ${channel}  at ${at} for ${Math.round(toMs - fromMs)} ms  ${strength}${showDigits ? `  ${key}` : ''}`
}

function sayTotals(totals: Totals, { json }: Options): void {
  const { files, affected, digits, seconds, unreadable } = totals
  if (json) {
    console.log(
      JSON.stringify({ files, affected, digits, hours: Math.round(seconds / 3.6) / 1_000, unreadable }),
    )
    return
  }
  const hours = (seconds / 3_600).toFixed(2)
  const found =
    digits === 0 ? 'no recoverable digit' : `${counted(digits, 'recoverable digit')} in ${affected} of them`
  const rest = unreadable === 0 ? '' : `; ${unreadable} could not be read`
  console.log(`${counted(files, 'recording')}, ${hours} h: ${found}${rest}`)
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`

/** A line that is written over on a terminal, and repeated every ten seconds elsewhere. */
class Progress {
  #shownAtMs = systemClock.monotonicMs()
  #isShown = false

  show(files: number, seconds: number): void {
    const nowMs = systemClock.monotonicMs()
    const everyMs = process.stderr.isTTY ? 200 : 10_000
    if (nowMs - this.#shownAtMs < everyMs) return
    this.#shownAtMs = nowMs
    const line = `${files} recordings done, ${(seconds / 3_600).toFixed(2)} h heard`
    process.stderr.write(process.stderr.isTTY ? `\r${line}` : `${line}\n`)
    this.#isShown = process.stderr.isTTY
  }

  clear(): void {
    if (this.#isShown) process.stderr.write('\r\x1b[K')
    this.#isShown = false
  }
}
