import { Command } from 'commander'
import { exitCodes } from '../base/child-process.ts'
import { AppError } from '../base/errors.ts'
import { ChildNotReady } from '../supervisor/child-not-ready.ts'
import { auditCommand } from './audit.ts'
import { backupCommand } from './backup.ts'
import { callCommand } from './call.ts'
import { configCommand } from './config.ts'
import { demoCommand } from './demo.ts'
import { dtmfCommand } from './dtmf.ts'
import { exportCommand } from './export.ts'
import { flowCommand } from './flow.ts'
import { packageVersion } from './package-version.ts'
import { postureCommand } from './posture.ts'
import { reconcileCommand } from './reconcile.ts'
import { sipCommand } from './sip.ts'
import { startCommand } from './start.ts'

const program = new Command('tonewall')
  .description('Card payments on live phone calls: the caller keys the card, the agent hears no tone.')
  .version(packageVersion())
  .showHelpAfterError('(run with --help for the options)')
  .addCommand(startCommand())
  .addCommand(demoCommand())
  .addCommand(callCommand())
  .addCommand(configCommand())
  .addCommand(postureCommand())
  .addCommand(auditCommand())
  .addCommand(backupCommand())
  .addCommand(reconcileCommand())
  .addCommand(exportCommand())
  .addCommand(sipCommand())
  .addCommand(dtmfCommand())
  .addCommand(flowCommand())

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof ChildNotReady) fail(error.message, error.exitCode)
  else if (error instanceof AppError)
    fail(error.message, error.code === 'CONFIG_INVALID' ? exitCodes.badConfig : exitCodes.failed)
  else throw error
}

function fail(message: string, exitCode: number): void {
  console.error(`tonewall: ${message}`)
  process.exitCode = exitCode
}
