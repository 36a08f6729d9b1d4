import { createHash } from 'node:crypto'
import path from 'node:path'
import type { z } from 'zod'
import type { ControlConfig } from '../../contracts/process-config/control-config.ts'
import type { PlatformConfig } from '../platform-config.ts'
import type { SandboxCredentials } from '../sandbox-credentials.ts'
import { addresses, databaseFileOf } from './addresses.ts'
import { gatewaysOf } from './gateways-part.ts'
import { common, type Link, type PlanInput } from './plan-input.ts'
import { billsSecret, sandboxMerchant, sandboxMerchantOf, sandboxNumber } from './sandbox-merchant.ts'
import { twilioPart } from './twilio-part.ts'

/** A sandbox has one out of the key that it has anyway, so that it can be moved with its folder. */
function sealingKeysOf({ config, sandbox }: PlanInput): { id: string; key: string }[] {
  const { sealingKeys } = config.control
  if (sealingKeys.length > 0 || !sandbox) return sealingKeys.map((one) => ({ ...one }))
  return [
    { id: 'sandbox', key: createHash('sha256').update(`sealing ${sandbox.gatewayKey}`).digest('base64') },
  ]
}

export function controlPart(
  input: PlanInput,
  links: { vault: Link; bridge: Link },
): z.input<typeof ControlConfig> {
  const { config, sandbox } = input
  const { control, collection } = config
  return {
    ...common(config),
    listen: { host: control.host, port: control.port },
    publicUrl: addresses(config).control,
    databaseFile: databaseFileOf(config),
    databaseUrl: control.databaseUrl,
    vault: links.vault,
    bridge: { ...links.bridge, streamUrl: addresses(config).streams },
    gateways: gatewaysOf(input),
    collection: {
      fields: [...collection.fields],
      acceptedBrands: collection.acceptedBrands && [...collection.acceptedBrands],
      limits: {
        firstDigitMs: collection.firstDigitSeconds * 1_000,
        betweenDigitsMs: collection.betweenDigitsSeconds * 1_000,
        wholeMs: collection.wholeSeconds * 1_000,
      },
    },
    moto: { ...control.moto },
    twilio: twilioPart(input),
    egress: egressPart(config),
    ivr: ivrPart(input),
    receipts: receiptsPart(input),
    exportsDir: config.exports.dir && path.resolve(config.exports.dir),
    retention: {
      deliveredMs: config.deliveries.keepDays * 86_400_000,
      givenUpMs: config.deliveries.keepGivenUpDays * 86_400_000,
    },
    sip: config.sip.enabled ? { merchantId: config.sip.merchant ?? sandboxMerchant } : null,
    merchants: sandbox
      ? [sandboxMerchantOf(sandbox)]
      : config.merchants.map((merchant) => merchantPart(merchant, control.moto)),
    sealingKeys: sealingKeysOf(input),
    panelFrameAncestors: [...control.panelFrameAncestors],
    session: { idleMinutes: control.sessionIdleMinutes, longestHours: control.sessionLongestHours },
    payDoors: (config.payDoor?.doors ?? []).map(({ id, merchant, gateway }) => ({
      id,
      merchantId: merchant,
      gatewayId: gateway,
    })),
    metrics: config.metrics.enabled ? metricsPart(config.metrics) : null,
    deskDir: path.join(input.packageDir, 'dist', 'desk'),
    carrierUrl: sandbox ? addresses(config).simulator : null,
  }
}

function ivrPart({ config, sandbox }: PlanInput): z.input<typeof ControlConfig>['ivr'] {
  const { flowsDir, sipFlow, lookups } = config.ivr
  const own = sandbox ? [billsOfOffice(config, sandbox)] : []
  return {
    ...{ flowsDir: path.resolve(flowsDir), sipFlow },
    lookups: [...lookups.map((lookup) => ({ ...lookup })), ...own],
  }
}

/** The sandbox merchant's bills: its books answer for them. */
function billsOfOffice(config: PlatformConfig, sandbox: SandboxCredentials) {
  return { name: 'invoices', url: `${addresses(config).office}/bills`, secret: billsSecret(sandbox) }
}

function metricsPart({ host, port, token }: PlatformConfig['metrics']) {
  return { listen: { host, port }, token }
}

/** Loopback with all its ports is where a sandbox's merchants live; nowhere else may they be dialled. */
function egressPart({ mode, egress, sandbox }: PlatformConfig): z.input<typeof ControlConfig>['egress'] {
  const allow = [...egress.allowNetworks]
  if (mode !== 'sandbox' || !sandbox.dialLoopback) return { ports: [...egress.ports], allow }
  return { ports: null, allow: [...allow, '127.0.0.0/8', '::1/128'] }
}

function receiptsPart({ config, sandbox }: PlanInput): z.input<typeof ControlConfig>['receipts'] {
  const { email, text } = config.receipts
  if (!sandbox) return { email, text: text && { ...text, apiOrigin: null } }
  const { twilioAccountSid: accountSid, twilioAuthToken: authToken } = sandbox
  return {
    email: {
      url: `smtp://127.0.0.1:${config.sandbox.mailPort}`,
      from: 'Sandbox Stores <receipts@sandbox.example>',
    },
    text: { accountSid, authToken, from: sandboxNumber, apiOrigin: addresses(config).simulator },
  }
}

function merchantPart(
  merchant: PlatformConfig['merchants'][number],
  usual: PlatformConfig['control']['moto'],
): z.input<typeof ControlConfig>['merchants'][number] {
  const { gateway, webhooks, moto, ...rest } = merchant
  return {
    ...rest,
    moto: { agent: moto.agent ?? usual.agent, selfService: moto.selfService ?? usual.selfService },
    agents: [...rest.agents],
    apiKeys: [...rest.apiKeys],
    gatewayId: gateway,
    webhookEndpoints: [...webhooks],
  }
}
