import { Command } from 'commander'
import { systemClock } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
import { createBackup, restoreBackup } from '../control/store/backup.ts'
import { databaseFileOf } from '../supervisor/plan/addresses.ts'
import { type ConfigurationOptions, readConfiguration, withConfiguration } from './configuration.ts'

/** The rows are in PostgreSQL: that has tools of its own, which know more than we do. */
class BackupNotOurs extends AppError {
  readonly code = 'BACKUP_NOT_OURS'
  readonly remedy = 'fix-request'
  constructor() {
    super('the rows are in PostgreSQL: use pg_dump and pg_restore, as docs/production.md says')
  }
}

export function backupCommand(): Command {
  const create = withConfiguration(new Command('create'))
    .description('copy the database as it is now, also while the platform runs, and check the copy')
    .argument('<file>', 'where to; must not exist yet')
    .action(async (target: string, options: ConfigurationOptions) => {
      const { payments, auditRows } = await createBackup(databaseOf(options), target, systemClock)
      console.log(`${target}: ${payments} payments, ${auditRows} audit rows, checked`)
    })
  const restore = withConfiguration(new Command('restore'))
    .description('put a backup in the place of the database; the platform must be stopped')
    .argument('<file>', 'a backup')
    .action(async (source: string, options: ConfigurationOptions) => {
      const file = databaseOf(options)
      const { payments, auditRows, movedTo } = await restoreBackup(source, file, systemClock)
      console.log(`${file}: ${payments} payments, ${auditRows} audit rows, checked`)
      if (movedTo) console.log(`The database of before is kept as ${movedTo}`)
    })
  return new Command('backup')
    .description('keep and bring back the SQLite database')
    .addCommand(create)
    .addCommand(restore)
}

function databaseOf(options: ConfigurationOptions): string {
  const { config } = readConfiguration(options)
  if (config.control.databaseUrl !== null) throw new BackupNotOurs()
  return databaseFileOf(config)
}
