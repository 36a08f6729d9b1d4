import { Command } from 'commander'
import { auditCommand } from './dtmf-audit.ts'
import { detectCommand } from './dtmf-detect.ts'
import { fuseCommand } from './dtmf-fuse.ts'
import { maskCommand } from './dtmf-mask.ts'

/** The tone engine by itself, for engineers and auditors. */
export function dtmfCommand(): Command {
  return new Command('dtmf')
    .description('the tone engine by itself: hear digits, mask them, replay a leg, audit recordings')
    .addCommand(detectCommand())
    .addCommand(maskCommand())
    .addCommand(fuseCommand())
    .addCommand(auditCommand())
}
