import { closeSync, openSync, readFileSync, readSync } from 'node:fs'

/** How often the digits were found, by how they were written in memory. */
export type MemoryFindings = {
  /** One byte a digit, `0`–`9`. */
  readonly ascii: number
  /** Two bytes a digit, little endian. */
  readonly utf16: number
  /** One byte a digit, values 0–9. */
  readonly bytes: number
  readonly int32: number
  /** Eight bytes a digit: 64-bit integers, and the small integers of a JavaScript array, which are shifted by 32. */
  readonly int64: number
  readonly float64: number
}

type Region = { readonly from: number; readonly to: number }

const pageBytes = 4096
const chunkBytes = 8 * 1024 * 1024

/**
 * Searches everything that a process has in memory, save the files that it only reads, for a run of digits. Needs the
 * right to trace the process (root, for a card process). The process is not stopped; what moves while it is being
 * searched can be missed or counted twice, so search at rest or more than once.
 */
export function searchMemory(pid: number, digits: string): MemoryFindings {
  if (!/^\d{3,}$/.test(digits)) throw new Error('a memory search needs at least three digits')
  const counts = { ascii: 0, utf16: 0, bytes: 0, int32: 0, int64: 0, float64: 0 }
  const count = counterOf([...digits].map(Number), counts)
  // Both are whole words, so that the wide encodings stay aligned from chunk to chunk.
  const overlap = digits.length * 8
  const chunk = Buffer.allocUnsafeSlow(chunkBytes)
  const memory = openSync(`/proc/${pid}/mem`, 'r')
  try {
    for (const { from, to } of presentOf(pid, regionsOf(pid))) {
      for (let at = from; at < to; at += chunkBytes - overlap) {
        const wanted = Math.min(chunkBytes, to - at)
        const read = readAt(memory, chunk, { at, wanted })
        const isLast = at + wanted >= to
        // What begins in the overlap is counted with the next chunk, which has all of it.
        count(chunk.subarray(0, read), isLast ? read : chunkBytes - overlap)
        if (isLast) break
      }
    }
  } finally {
    closeSync(memory)
    chunk.fill(0)
  }
  return counts
}

/** All findings together: 0 is what the tests want. */
export function totalOf(findings: MemoryFindings): number {
  return Object.values(findings).reduce((sum, count) => sum + count, 0)
}

type Counts = { -readonly [Name in keyof MemoryFindings]: number }

/** Counts what begins in the first `before` bytes of a piece of memory. */
function counterOf(values: readonly number[], counts: Counts): (piece: Buffer, before: number) => void {
  const text = values.join('')
  const narrow = [
    { name: 'ascii', bytes: Buffer.from(text, 'latin1') },
    { name: 'utf16', bytes: Buffer.from(text, 'utf16le') },
    { name: 'bytes', bytes: Buffer.from(values) },
  ] as const
  const floats = new Uint32Array(Float64Array.from(values).buffer)
  return (piece, before) => {
    for (const { name, bytes } of narrow) counts[name] += occurrences(piece, bytes, before)
    // A loop over words: searching bytes for needles that are mostly zeros takes ten times as long.
    const words = new Uint32Array(piece.buffer, piece.byteOffset, piece.length >> 2)
    const lastWord = before >> 2
    for (let i = 0; i < lastWord; i++) {
      const word = words[i]!
      if (word === values[0]) {
        if (matches(words, i, 1, values)) counts.int32++
        if (matches(words, i, 2, values)) counts.int64++
      }
      // The high half, where two doubles differ that are small integers.
      if (word === floats[1] && matchesFloats(words, i, floats)) counts.float64++
    }
  }
}

/** The values, every `stride` words, with zeros between them. */
function matches(words: Uint32Array, at: number, stride: 1 | 2, values: readonly number[]): boolean {
  for (let i = 0; i < values.length; i++) {
    if (words[at + i * stride] !== values[i]) return false
    if (stride === 2 && i > 0 && words[at + i * stride - 1] !== 0) return false
  }
  return true
}

function matchesFloats(words: Uint32Array, at: number, floats: Uint32Array): boolean {
  for (let i = 1; i < floats.length; i++) if (words[at + i - 1] !== floats[i]) return false
  return true
}

function occurrences(haystack: Buffer, needle: Buffer, before: number): number {
  let count = 0
  for (let at = haystack.indexOf(needle); at >= 0 && at < before; at = haystack.indexOf(needle, at + 1))
    count++
  return count
}

/** Pages that went away since the map was read cannot be read, and hold nothing. */
function readAt(memory: number, chunk: Buffer, { at, wanted }: { at: number; wanted: number }): number {
  try {
    return readSync(memory, chunk, 0, wanted, at)
  } catch {
    return 0
  }
}

/** Anonymous memory of any kind, and files mapped for writing; the kernel's own windows are left out. */
function regionsOf(pid: number): Region[] {
  const regions: Region[] = []
  for (const line of readFileSync(`/proc/${pid}/maps`, 'latin1').split('\n')) {
    const match = /^([0-9a-f]+)-([0-9a-f]+) r(.).. \S+ \S+ \d+\s*(.*)$/.exec(line)
    if (!match) continue
    const [, from = '', to = '', write, name = ''] = match
    if ((name.startsWith('/') && write !== 'w') || name.startsWith('[v')) continue
    regions.push({ from: Number.parseInt(from, 16), to: Number.parseInt(to, 16) })
  }
  return regions
}

/** The parts of the regions that are in memory or swapped out: most of what is mapped was never touched. */
function* presentOf(pid: number, regions: readonly Region[]): Generator<Region> {
  const pagemap = openSync(`/proc/${pid}/pagemap`, 'r')
  try {
    for (const { from, to } of regions) {
      const entries = Buffer.alloc(((to - from) / pageBytes) * 8)
      readSync(pagemap, entries, 0, entries.length, (from / pageBytes) * 8)
      let start = -1
      for (let page = 0; page <= entries.length / 8; page++) {
        // Bits 63 (present) and 62 (swapped) of the entry.
        const there = page < entries.length / 8 && entries[page * 8 + 7]! >= 0x40
        if (there && start < 0) start = page
        if (there || start < 0) continue
        yield { from: from + start * pageBytes, to: from + page * pageBytes }
        start = -1
      }
    }
  } finally {
    closeSync(pagemap)
  }
}
