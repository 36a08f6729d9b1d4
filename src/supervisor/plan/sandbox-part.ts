import path from 'node:path'
import type { z } from 'zod'
import type { SandboxConfig } from '../../contracts/process-config/sandbox-config.ts'
import type { SimulatorConfig } from '../../contracts/process-config/simulator-config.ts'
import type { SandboxCredentials } from '../sandbox-credentials.ts'
import { addresses } from './addresses.ts'
import { common, type PlanInput } from './plan-input.ts'
import { billsSecret, gatewayWebhookSecret, officeApp, sandboxNumber } from './sandbox-merchant.ts'

const twilioPath = '/v1/telephony/twilio'

export function sandboxPart(
  { config }: PlanInput,
  credentials: SandboxCredentials,
): z.input<typeof SandboxConfig> {
  return {
    ...common(config),
    listen: { host: '127.0.0.1', port: config.sandbox.gatewayPort },
    mail: { host: '127.0.0.1', port: config.sandbox.mailPort },
    dataDir: path.join(config.dataDir, 'sandbox'),
    apiKey: credentials.gatewayKey,
    office: {
      listen: { host: '127.0.0.1', port: config.sandbox.officePort },
      billsSecret: billsSecret(credentials),
      ...officeApp(credentials),
    },
    webhook: {
      url: `${addresses(config).control}/v1/gateways/sandbox/webhooks`,
      secret: gatewayWebhookSecret(credentials),
    },
  }
}

export function simulatorPart(
  { config, packageDir }: PlanInput,
  credentials: SandboxCredentials,
): z.input<typeof SimulatorConfig> {
  const control = addresses(config).control
  return {
    ...common(config),
    listen: { host: '127.0.0.1', port: config.sandbox.simulatorPort },
    voiceUrl: `${control}${twilioPath}/voice`,
    statusUrl: `${control}${twilioPath}/status`,
    accountSid: credentials.twilioAccountSid,
    authToken: credentials.twilioAuthToken,
    number: sandboxNumber,
    mediaDir: path.join(packageDir, 'media', 'speech'),
    browserDir: path.join(packageDir, 'dist', 'simulator'),
  }
}
