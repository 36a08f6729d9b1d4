import type { PlatformConfig } from '../platform-config.ts'
import type { SandboxCredentials } from '../sandbox-credentials.ts'

export type PlanInput = {
  readonly config: PlatformConfig
  /** Folder of Unix sockets, 0700. */
  readonly runDir: string
  /** Folder of the package: `dist` and `media` are in it. */
  readonly packageDir: string
  /** In sandbox mode only. */
  readonly sandbox: SandboxCredentials | null
}

export type Link = { readonly socketPath: string; readonly token: string }

export const common = ({ mode, logLevel }: PlatformConfig) => ({ mode, logLevel })
