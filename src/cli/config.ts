import { Command } from 'commander'
import { type ConfigurationOptions, readConfiguration, withConfiguration } from './configuration.ts'

export function configCommand(): Command {
  const check = withConfiguration(new Command('check'))
    .description('say whether the configuration can be used, without starting anything')
    .action((options: ConfigurationOptions) => {
      const { config, file } = readConfiguration(options)
      console.log(`${file}: valid, ${config.mode} mode`)
    })
  return new Command('config').description('look at the configuration').addCommand(check)
}
