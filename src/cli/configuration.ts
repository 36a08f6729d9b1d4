import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { loadConfig } from '../base/load-config.ts'
import { packageDir } from '../supervisor/platform.ts'
import { PlatformConfig } from '../supervisor/platform-config.ts'

export type ConfigurationOptions = { readonly config?: string; readonly secrets?: string }

/** Gives a command the two options that every command with a configuration has. */
export function withConfiguration(command: Command): Command {
  return command
    .option(
      '-c, --config <file>',
      'configuration (default: config/tonewall.yaml here, else the one of the package)',
    )
    .option(
      '--secrets <file>',
      'values of secret://name (default: secrets.yaml beside the configuration, if it exists)',
    )
}

/** Loads the configuration that the options, the environment and the defaults name. Throws ConfigInvalid. */
export function readConfiguration(options: ConfigurationOptions): { config: PlatformConfig; file: string } {
  const here = path.resolve('config', 'tonewall.yaml')
  const file = options.config ?? (existsSync(here) ? here : path.join(packageDir, 'config', 'tonewall.yaml'))
  const beside = path.join(path.dirname(file), 'secrets.yaml')
  const secretsFile = options.secrets ?? (existsSync(beside) ? beside : null)
  const config = loadConfig({
    schema: PlatformConfig,
    file,
    secretsFile,
    env: process.env,
    envPrefix: 'TONEWALL_',
  })
  return { config: { ...config, dataDir: path.resolve(config.dataDir) }, file }
}
