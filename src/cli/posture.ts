import { Command } from 'commander'
import { readPosture } from '../supervisor/posture.ts'

export function postureCommand(): Command {
  return new Command('posture')
    .description('start a card process as the vault does, and report each protection as on or off, and why')
    .option('--json', 'print JSON')
    .option('--uid <uid>', 'user id for card processes, when run as root', Number)
    .action(async (options: { json?: boolean; uid?: number }) => {
      const posture = await readPosture(options.uid ?? null)
      if (options.json) console.log(JSON.stringify(posture, null, 2))
      else {
        console.log(`Card process on ${posture.platform}:`)
        for (const { protection, on, required, because } of posture.protections) {
          console.log(`  ${on ? 'on ' : 'OFF'}  ${protection}${required ? '' : ' (optional)'}: ${because}`)
        }
      }
      if (posture.protections.some(({ on, required }) => required && !on)) process.exitCode = 5
    })
}
