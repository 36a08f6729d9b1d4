import { readFileSync } from 'node:fs'
import os from 'node:os'

/** Linux counts processor time in ticks of 10 ms for every reader (`getconf CLK_TCK`). */
const msPerTick = 10

/** Processor time that a process and its children that have ended used so far, in ms; NaN where /proc is not. */
export function cpuMsOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The command stands in brackets and may hold spaces: fields are counted from behind it (proc_pid_stat(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [utime, stime, cutime, cstime] = fields.slice(11, 15).map(Number)
    return (utime! + stime! + cutime! + cstime!) * msPerTick
  } catch {
    return Number.NaN
  }
}

export type MachineState = { readonly loadAverage: number; readonly idleShare: number }

/** Watches how busy the whole machine is from now on, whoever it is that keeps it busy. */
export function watchMachine(): () => MachineState {
  const before = times()
  return () => {
    const after = times()
    const idleShare = (after.idle - before.idle) / Math.max(1, after.all - before.all)
    return { loadAverage: os.loadavg()[0] ?? Number.NaN, idleShare: Math.round(idleShare * 100) / 100 }
  }
}

function times(): { idle: number; all: number } {
  let idle = 0
  let all = 0
  for (const { times } of os.cpus()) {
    idle += times.idle
    all += times.user + times.nice + times.sys + times.irq + times.idle
  }
  return { idle, all }
}

/** Monotonic ms that all processes of one machine share: `performance.now()` begins anew in each. */
export function sharedClockMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
