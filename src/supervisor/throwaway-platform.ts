import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { z } from 'zod'
import { freePorts } from './free-ports.ts'
import { type Platform, startPlatform } from './platform.ts'
import { PlatformConfig } from './platform-config.ts'
import type { SandboxCredentials } from './sandbox-credentials.ts'

export type ThrowawayPlatform = Omit<Platform, 'credentials'> & {
  readonly credentials: SandboxCredentials
  readonly dataDir: string
  /** Every log line of every process so far. */
  readonly logLines: readonly string[]
}

type Overrides = Partial<
  Pick<
    z.input<typeof PlatformConfig>,
    'logLevel' | 'collection' | 'control' | 'bridge' | 'sip' | 'vault' | 'ivr'
  >
>

/** A whole sandbox on free loopback ports with a data folder of its own, which `stop` removes. */
export async function startThrowawayPlatform(overrides: Overrides = {}): Promise<ThrowawayPlatform> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'tonewall-data-'))
  const [control, bridge, gateway, simulator, mail, office] = await freePorts(6)
  const config = PlatformConfig.parse({
    ...overrides,
    dataDir,
    control: { port: control, ...overrides.control },
    bridge: { port: bridge, ...overrides.bridge },
    sandbox: { gatewayPort: gateway, simulatorPort: simulator, mailPort: mail, officePort: office },
    supervisor: { drainSeconds: 0 },
  })
  const logLines: string[] = []
  const remove = () => rmSync(dataDir, { recursive: true, force: true })
  try {
    const platform = await startPlatform({ config, only: null, onLine: (line) => void logLines.push(line) })
    const stop = async (drainMs?: number) => {
      await platform.stop(drainMs)
      remove()
    }
    return { ...platform, credentials: platform.credentials as SandboxCredentials, dataDir, logLines, stop }
  } catch (error) {
    for (const line of logLines.slice(-20)) process.stderr.write(`${line}\n`)
    remove()
    throw error
  }
}
