import { Command, Option } from 'commander'
import { type ProcessName, processNames } from '../supervisor/plan/process-plan.ts'
import { officeApp } from '../supervisor/plan/sandbox-merchant.ts'
import { type Platform, startPlatform } from '../supervisor/platform.ts'
import { type ConfigurationOptions, readConfiguration, withConfiguration } from './configuration.ts'

type StartOptions = ConfigurationOptions & { readonly only?: ProcessName[] }

export function startCommand(): Command {
  return withConfiguration(new Command('start'))
    .description('start the platform and keep it running; log lines go to standard error')
    .addOption(
      new Option('--only <process...>', 'start only these processes, for one container a process').choices(
        processNames,
      ),
    )
    .action(async (options: StartOptions) => {
      const { config } = readConfiguration(options)
      const onLine = (line: string) => process.stderr.write(`${line}\n`)
      const platform = await startPlatform({ config, only: options.only ?? null, onLine })
      console.log(banner(platform))
      await stopSignal()
      console.log('Stopping: no new calls; live ones may end. Press Ctrl-C again to stop at once.')
      process.once('SIGINT', () => void platform.stop(0))
      await platform.stop()
      process.exit(0)
    })
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}

function banner({ addresses, credentials }: Platform): string {
  if (!credentials)
    return `Tonewall is running.\n  desk and API   ${addresses.control}\n  media streams  ${addresses.streams}`
  return [
    'Tonewall is running in sandbox mode.',
    '',
    `  Agent's desk     ${addresses.control}`,
    `      log in as    ${credentials.email}   password   ${credentials.password}`,
    `  Caller's phone   ${addresses.simulator}`,
    `  API              ${addresses.control}/v1   key   ${credentials.apiKey}`,
    `  Sandbox gateway  ${addresses.gateway}`,
    `  CRM and books    ${addresses.office}   app   ${officeApp(credentials).clientId}   secret   ${officeApp(credentials).clientSecret}`,
    '',
    'Open the desk and the phone side by side, dial, and take a payment. Ctrl-C stops everything.',
  ].join('\n')
}
