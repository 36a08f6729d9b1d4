import path from 'node:path'
import { Command } from 'commander'
import { AppError } from '../base/errors.ts'
import { parseScript } from '../simulator/call-script.ts'
import { runScriptedCall } from '../simulator/scripted-call.ts'
import { addresses } from '../supervisor/plan/addresses.ts'
import { packageDir } from '../supervisor/platform.ts'
import { type ConfigurationOptions, readConfiguration, withConfiguration } from './configuration.ts'

type Options = ConfigurationOptions & { readonly from: string; readonly to?: string; readonly script: string }

/** A simulated call needs the sandbox's telephone network. */
class SandboxOnly extends AppError {
  readonly code = 'SANDBOX_ONLY'
  readonly remedy = 'fix-request'
}

/** The other side ended the call before the script was through. */
class CallCutShort extends AppError {
  readonly code = 'CALL_CUT_SHORT'
  readonly remedy = 'retry'
}

const usual = 'speak caller-order; speak caller-small-talk'

export function callCommand(): Command {
  return withConfiguration(new Command('call'))
    .description('call the running sandbox as a caller: speech, keys and hang-up from a script')
    .option('--from <number>', 'the caller’s number', '+447700900123')
    .option('--to <number>', 'the number dialled (default: the sandbox’s)')
    .option(
      '--script <steps>',
      'speak NAME|FILE.wav [loop]; hush; wait MS; keys DIGITS [tone=MS] [gap=MS]; hang-up',
      usual,
    )
    .action(async (options: Options) => {
      const { config } = readConfiguration(options)
      if (config.mode !== 'sandbox') throw new SandboxOnly('tonewall call needs sandbox mode')
      const steps = parseScript(options.script)
      const result = await runScriptedCall({
        carrierUrl: addresses(config).simulator,
        from: options.from,
        ...(options.to ? { to: options.to } : {}),
        steps,
        media: path.join(packageDir, 'media', 'speech'),
      })
      const { counts, durationMs, endedBecause } = result
      console.log(
        `${count(counts.steps, 'step')}, ${count(counts.keys, 'key')}, ${(durationMs / 1_000).toFixed(1)} s; ended: ${endedBecause}`,
      )
      console.log(`heard ${counts.framesHeard} frames of 20 ms, sent ${counts.framesSent}`)
      if (counts.steps < steps.length)
        throw new CallCutShort(`the call ended before step ${counts.steps + 1} of ${steps.length} was done`)
    })
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
