import type { AudioInput } from './audio-input.ts'
import { LineReader } from './line-reader.ts'
import { auditScan, type Finding, ToneScanner } from './tone-scanner.ts'

/** A recoverable digit in a recording. */
export type AuditFinding = Finding & { readonly channel: number }

export type AuditOptions = {
  readonly found: (finding: AuditFinding) => void
  /** Called now and then with the seconds of audio that have been read. */
  readonly progress: (seconds: number) => void
}

/** Looks through every channel of a recording; returns its length in seconds. */
export async function auditRecording(input: AudioInput, { found, progress }: AuditOptions): Promise<number> {
  const { format, portions } = input
  const scans = Array.from({ length: format.channels }, (_, channel) => ({
    reader: new LineReader(format, channel),
    scanner: new ToneScanner(auditScan, (finding) => found({ ...finding, channel })),
  }))
  for await (const portion of portions) {
    for (const { reader, scanner } of scans) reader.read(portion, (samples) => scanner.push(samples))
    progress(scans[0]!.reader.atMs / 1_000)
  }
  const seconds = scans[0]!.reader.atMs / 1_000
  for (const { reader, scanner } of scans) {
    reader.silence(0.02, (samples) => scanner.push(samples))
    scanner.end()
  }
  return seconds
}
