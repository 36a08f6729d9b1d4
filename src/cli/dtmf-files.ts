import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { InvalidArgumentError, Option } from 'commander'
import { AppError, codeOf } from '../base/errors.ts'

/** `-` is standard input. */
export function openInput(file: string): Readable {
  return file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 65_536 })
}

/** One line about a file that cannot be used, or of a pipe that was closed; anything else is a bug and thrown on. */
export function explain(file: string, error: unknown): string {
  const name = file === '-' ? 'standard input' : file
  if (error instanceof AppError) return `${name}: ${error.message}`
  const code = codeOf(error)
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EISDIR: 'this is a folder',
    EACCES: 'it may not be read or written',
    ENOSPC: 'the disk is full',
    ENOTDIR: 'there is no such folder',
  }
  if (code in known) return `${name}: ${known[code]}`
  throw error
}

/** Writes and waits while the reader is slow, so that a stream of any length takes constant memory. */
export async function writeAll(stream: NodeJS.WritableStream, bytes: Buffer | string): Promise<void> {
  if (!stream.write(bytes)) await once(stream, 'drain')
}

/** `… | head` ends us quietly. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
}

export const codecOption = () =>
  new Option('--codec <codec>', 'what samples without a header are').choices(['s16le', 'ulaw', 'alaw'])

/** A whole number within bounds. */
export function wholeNumber(from: number, to: number) {
  return (text: string): number => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < from || value > to)
      throw new InvalidArgumentError(`It has to be a whole number from ${from} to ${to}.`)
    return value
  }
}
