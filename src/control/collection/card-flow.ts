import type { CallResource } from '../../contracts/desk-port.ts'
import type { ControlConfig } from '../../contracts/process-config/control-config.ts'

/** Who was with the caller when the card was keyed: an agent, or nobody. */
export type CardFlow = keyof ControlConfig['moto']

/** Of a call that is not over: the agent's leg has `left` all along only where there never was one. */
export function flowOf(call: Pick<CallResource, 'agent' | 'status'> | undefined): CardFlow {
  return call && call.status !== 'ended' && call.agent === 'left' ? 'selfService' : 'agent'
}
