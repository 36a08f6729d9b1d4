import path from 'node:path'
import type { PlatformConfig } from '../platform-config.ts'

/** Where people and providers reach the processes. */
export function addresses(config: PlatformConfig) {
  const { control, bridge, sandbox } = config
  return {
    control: control.publicUrl ?? `http://${control.host}:${control.port}`,
    streams: `${bridge.publicUrl ?? `ws://${bridge.host}:${bridge.port}`}/streams/twilio`,
    gateway: `https://localhost:${sandbox.gatewayPort}`,
    simulator: `http://127.0.0.1:${sandbox.simulatorPort}`,
    office: `http://127.0.0.1:${sandbox.officePort}`,
  }
}

/** The SQLite file; not used when there is a `control.databaseUrl`. */
export function databaseFileOf({ dataDir }: Pick<PlatformConfig, 'dataDir'>): string {
  return path.join(dataDir, 'tonewall.sqlite')
}
