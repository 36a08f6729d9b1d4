import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** In MB. `pss`: what others map too counts by its share. `own`: nobody else has it. */
export type Weight = { readonly rss: number; readonly pss: number; readonly own: number }

export type WeighedPart = Weight & { readonly what: string }

type Mapping = Weight & {
  readonly from: number
  readonly bytes: number
  readonly rights: string
  readonly name: string
}

const kib = 1_024
/** V8 aligns its pages to their size; glibc aligns the heaps of its threads to theirs (`HEAP_MAX_SIZE`). */
const v8PageBytes = 256 * kib
const threadHeapBytes = 64 * kib * kib

/** What the memory of a process is made of, the largest first (proc_pid_smaps(5)). */
export function memoryProfileOf(pid: number): WeighedPart[] {
  const parts = new Map<string, Weight>()
  for (const mapping of mappingsOf(pid)) {
    const what = partOf(mapping)
    parts.set(what, sum(parts.get(what) ?? nothing, mapping))
  }
  return [...parts]
    .map(([what, weight]) => ({ what, ...weight }))
    .filter(({ pss }) => pss >= 0.01)
    .sort((one, other) => other.pss - one.pss)
}

const nothing: Weight = { rss: 0, pss: 0, own: 0 }

export const sum = (one: Weight, other: Weight): Weight => ({
  rss: one.rss + other.rss,
  pss: one.pss + other.pss,
  own: one.own + other.own,
})

function partOf({ name, from, bytes, rights }: Mapping): string {
  if (name.endsWith('/node')) return 'Node itself: its code and constants, shared by every Node process'
  if (name.startsWith('/')) return 'C and C++ libraries, shared'
  if (name === '[heap]') return 'malloc: Node, V8 and OpenSSL'
  if (name.startsWith('[')) return 'stack'
  if (from % threadHeapBytes === 0 && bytes < threadHeapBytes) return 'malloc: Node, V8 and OpenSSL'
  if (from % v8PageBytes === 0 || rights.includes('x'))
    return 'V8’s heap: what Node made at its start, and ours'
  return 'other private memory: 1 MB is a table of locks in Node’s Abseil'
}

function mappingsOf(pid: number): Mapping[] {
  const blocks = readFileSync(`/proc/${pid}/smaps`, 'latin1').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)
  return blocks.flatMap((block) => {
    const head = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \d+ *(.*)$/m.exec(block)
    if (!head) return []
    const [, from = '', to = '', rights = '', name = ''] = head
    const start = Number.parseInt(from, 16)
    const of = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(block)?.[1] ?? 0) / kib
    const weight = { rss: of('Rss'), pss: of('Pss'), own: of('Private_Dirty') + of('Private_Clean') }
    return [{ ...weight, from: start, bytes: Number.parseInt(to, 16) - start, rights, name }]
  })
}

/** How many processes of this machine run this Node: so many share its code. */
export function countNodeProcesses(): number {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isThisNode(name)).length
}

function isThisNode(pid: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`) === readlinkSync('/proc/self/exe')
  } catch {
    return false
  }
}
