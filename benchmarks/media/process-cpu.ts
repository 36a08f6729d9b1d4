import { readdirSync, readFileSync } from 'node:fs'

/** Processor time of all threads of a process so far, in ms, to the microsecond (Linux's `schedstat`). */
export function cpuMsOf(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  return threads.reduce((sum, thread) => sum + onCpuMs(pid, thread), 0)
}

function onCpuMs(pid: number, thread: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]) / 1e6
  } catch {
    return 0 // It has just ended.
  }
}

/** Datagrams that the kernel threw away so far because a socket on one of these ports was full. */
export function droppedAt(portMin: number, portMax: number): number {
  const lines = readFileSync('/proc/net/udp', 'latin1').trim().split('\n').slice(1)
  return lines.reduce((sum, line) => {
    const fields = line.trim().split(/\s+/)
    const port = Number.parseInt(fields[1]!.split(':')[1]!, 16)
    return port >= portMin && port <= portMax ? sum + Number(fields.at(-1)) : sum
  }, 0)
}
