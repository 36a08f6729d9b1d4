import { runChild } from '../base/child-process.ts'
import { systemClock } from '../base/clock.ts'
import { createLog } from '../base/log.ts'
import { SandboxConfig } from '../contracts/process-config/sandbox-config.ts'
import { startGateway } from './gateway.ts'
import { startSandboxOffice } from './office/sandbox-office.ts'

await runChild(SandboxConfig, async ({ listen, mail, dataDir, apiKey, office, webhook, logLevel }) => {
  const gateway = await startGateway({
    listen,
    mail,
    dataDir,
    apiKey,
    ...(webhook ? { webhook: { url: webhook.url, secret: webhook.secret.reveal() } } : {}),
    clock: systemClock,
    log: createLog({ process: 'sandbox', level: logLevel }),
  })
  if (!office) return gateway
  const running = await startSandboxOffice({
    clock: systemClock,
    listen: office.listen,
    client: { id: office.clientId, secret: office.clientSecret.reveal() },
    ...(office.billsSecret ? { billsSecret: office.billsSecret.reveal() } : {}),
    operatorKey: apiKey.reveal(),
  })
  return {
    async stop(deadlineMs) {
      await Promise.all([gateway.stop(deadlineMs), running.stop()])
    },
  }
})
