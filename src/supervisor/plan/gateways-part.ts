import path from 'node:path'
import { addresses } from './addresses.ts'
import type { PlanInput } from './plan-input.ts'
import { gatewayWebhookSecret } from './sandbox-merchant.ts'

export function gatewaysOf({ config, sandbox }: PlanInput) {
  if (!sandbox)
    return config.gateways.map(({ timeoutSeconds, webhookSecrets, ...gateway }) => ({
      ...gateway,
      webhookSecrets: [...webhookSecrets],
      timeoutMs: timeoutSeconds * 1_000,
    }))
  const caFile = path.join(config.dataDir, 'sandbox', 'ca.pem')
  return [
    {
      id: 'sandbox',
      connector: 'sandbox',
      origin: addresses(config).gateway,
      apiKey: sandbox.gatewayKey,
      webhookSecrets: [gatewayWebhookSecret(sandbox)],
      caFile,
      timeoutMs: 10_000,
    },
  ]
}
