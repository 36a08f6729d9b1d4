import { runChild } from '../base/child-process.ts'
import { systemClock } from '../base/clock.ts'
import { createLog } from '../base/log.ts'
import { SandboxConfig } from '../contracts/process-config/sandbox-config.ts'
import { startGateway } from './gateway.ts'

await runChild(SandboxConfig, ({ listen, mail, dataDir, apiKey, webhook, logLevel }) =>
  startGateway({
    listen,
    mail,
    dataDir,
    apiKey,
    ...(webhook ? { webhook: { url: webhook.url, secret: webhook.secret.reveal() } } : {}),
    clock: systemClock,
    log: createLog({ process: 'sandbox', level: logLevel }),
  }),
)
