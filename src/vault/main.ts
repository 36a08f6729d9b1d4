import { exitCodes, runChild } from '../base/child-process.ts'
import { VaultConfig } from '../contracts/process-config/vault-config.ts'
import { startVault } from './vault.ts'
import { VaultDegraded } from './vault-errors.ts'

await runChild(VaultConfig, async (config) => {
  try {
    return await startVault(config)
  } catch (error) {
    // `runChild` ends with the general code; a supervisor must be able to tell this one from a crash.
    if (error instanceof VaultDegraded) {
      process.once('exit', () => {
        process.exitCode = exitCodes.degraded
      })
    }
    throw error
  }
})
