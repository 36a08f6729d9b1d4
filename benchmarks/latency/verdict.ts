import type { KeyToDot } from './desk/key-to-dot.ts'
import type { AddedDelay } from './wire/added-delay.ts'

/** Frames may be lost up to this share … */
const lostShare = 0.01
/** … where neither the generator was late by more than a frame nor the machine out of processor time. */
const generatorLateMs = 20
const machineIdle = 0.1

/** What makes a run broken, whatever the speed: audio lost without a reason, calls or payments lost. Empty when all held. */
export function whatBroke(audio: readonly AddedDelay[], keys: readonly KeyToDot[]): string[] {
  return [...audio.flatMap(audioFaults), ...keys.flatMap(keyFaults)]
}

function audioFaults(result: AddedDelay): string[] {
  const { calls, armed, callerToAgent, agentToCaller, streamsLost, machine } = result
  const where = `${calls} calls, ${armed ? 'armed' : 'not armed'}`
  const faults = streamsLost > 0 ? [`${where}: ${streamsLost} streams closed`] : []
  const hadTime = machine.idleShare > machineIdle && result.generatorLateMs.p99 < generatorLateMs
  const sent = callerToAgent.sent + agentToCaller.sent
  const lost = callerToAgent.lost + agentToCaller.lost
  if (sent === 0) faults.push(`${where}: nothing was sent`)
  else if (hadTime && lost > sent * lostShare)
    faults.push(`${where}: ${lost} of ${sent} frames lost on a machine that had time`)
  return faults
}

function keyFaults({ calls, captured, payments, notConnected, dotsMissing }: KeyToDot): string[] {
  const faults: string[] = []
  if (notConnected > 0) faults.push(`${calls} calls: ${notConnected} did not come up`)
  if (captured < payments) faults.push(`${calls} calls: ${captured} of ${payments} payments captured`)
  if (captured === payments && dotsMissing > 0)
    faults.push(`${calls} calls: ${dotsMissing} keys never showed on the desk`)
  return faults
}
