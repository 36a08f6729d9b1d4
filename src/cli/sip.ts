import path from 'node:path'
import { Command } from 'commander'
import { exitCodes } from '../base/child-process.ts'
import { packageDir } from '../supervisor/platform.ts'
import { type ConfigurationOptions, readConfiguration, withConfiguration } from './configuration.ts'
import { findProgram, startKamailio } from './kamailio.ts'

type SipOptions = ConfigurationOptions & {
  readonly listen: string
  readonly trunk: string
  readonly pbx: string
  readonly bridge?: string[]
  readonly drachtio?: string
}

export function sipCommand(): Command {
  return withConfiguration(new Command('sip'))
    .description('start Kamailio as the SIP edge of the running platform (which needs sip.enabled: true)')
    .option('--listen <host:port>', 'where trunk and PBX reach it (UDP)', '127.0.0.1:5060')
    .option('--trunk <host:port>', 'the trunk', '127.0.0.1:5070')
    .option('--pbx <host:port>', 'the PBX', '127.0.0.1:5080')
    .option('--bridge <host:port...>', 'NG sockets of the bridges; this configuration’s own unless told')
    .option(
      '--drachtio <host:port>',
      'where the drachtio server speaks SIP: calls to the numbers of sip.drachtio go there',
    )
    .action(async (options: SipOptions) => {
      const { config } = readConfiguration(options)
      const program = findProgram('kamailio')
      if (program === null) return fail('kamailio is not installed: apt-get install kamailio')
      if (!config.sip.enabled && !options.bridge)
        return fail('sip.enabled is false: set it, and restart the platform first (docs/sip.md)')
      const { drachtio } = config.sip
      if (options.drachtio && !drachtio)
        return fail('sip.drachtio is not set: which numbers lead to the drachtio server? (docs/sip.md)')
      const hosts = [options.trunk, options.pbx].map((address) => address.split(':')[0])
      const kamailio = startKamailio({
        program,
        configDir: path.join(packageDir, 'config', 'kamailio'),
        ...{ listen: options.listen, trunk: options.trunk, pbx: options.pbx },
        bridges: options.bridge ?? [`${config.sip.ngHost}:${config.sip.ngPort}`],
        ...(options.drachtio && drachtio ? { terminated: { ...drachtio, at: options.drachtio } } : {}),
        matchPorts: hosts[0] === hosts[1],
        onLine: (line) => process.stderr.write(`${line}\n`),
      })
      console.log(
        `Kamailio listens on ${options.listen}: trunk ${options.trunk}, PBX ${options.pbx}. Ctrl-C stops it.`,
      )
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void kamailio.stop())
      process.exit((await kamailio.ended) ?? exitCodes.failed)
    })
}

function fail(message: string): void {
  console.error(message)
  process.exitCode = exitCodes.badConfig
}
