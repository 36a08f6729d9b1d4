import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { bridgePart } from './bridge-part.ts'
import { controlPart } from './control-part.ts'
import type { PlanInput } from './plan-input.ts'
import { sandboxPart, simulatorPart } from './sandbox-part.ts'
import { vaultPart } from './vault-part.ts'

export const processNames = ['sandbox', 'vault', 'bridge', 'control', 'simulator'] as const

export type ProcessName = (typeof processNames)[number]

/** One process: the JSON that it gets on standard input, and the configuration key of the port that it listens on. */
export type PlannedProcess = {
  readonly name: ProcessName
  readonly config: unknown
  readonly portKey: string | null
  /** Keep a second one loaded, to take over at once when this one dies. */
  readonly standby?: boolean
}

/** What each process is told: no more than it needs. In order of start. */
export function planProcesses(input: PlanInput): PlannedProcess[] {
  const { config, sandbox } = input
  const links = {
    vault: {
      socketPath: path.join(input.runDir, 'vault.sock'),
      token: config.vault.token ?? randomBytes(32).toString('hex'),
    },
    bridge: {
      socketPath: path.join(input.runDir, 'bridge.sock'),
      token: config.bridge.token ?? randomBytes(32).toString('hex'),
    },
  }
  const plan: PlannedProcess[] = [
    { name: 'vault', config: vaultPart(input, links.vault), portKey: null },
    {
      name: 'bridge',
      config: bridgePart(input, links.bridge),
      portKey: 'bridge.port',
      // A call over SIP goes on with the next bridge; a WebSocket's has to be connected anew in any case.
      standby: config.sip.enabled && config.sip.standby,
    },
    { name: 'control', config: controlPart(input, links), portKey: 'control.port' },
  ]
  if (!sandbox) return plan
  return [
    { name: 'sandbox', config: sandboxPart(input, sandbox), portKey: 'sandbox.gatewayPort' },
    ...plan,
    { name: 'simulator', config: simulatorPart(input, sandbox), portKey: 'sandbox.simulatorPort' },
  ]
}
