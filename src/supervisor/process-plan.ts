import { createHash, randomBytes } from 'node:crypto'
import path from 'node:path'
import type { z } from 'zod'
import type { BridgeConfig, BridgeSip } from '../contracts/process-config/bridge-config.ts'
import type { ControlConfig } from '../contracts/process-config/control-config.ts'
import type { SandboxConfig } from '../contracts/process-config/sandbox-config.ts'
import type { SimulatorConfig } from '../contracts/process-config/simulator-config.ts'
import type { VaultConfig } from '../contracts/process-config/vault-config.ts'
import type { PlatformConfig } from './platform-config.ts'
import type { SandboxCredentials } from './sandbox-credentials.ts'

export const processNames = ['sandbox', 'vault', 'bridge', 'control', 'simulator'] as const
export type ProcessName = (typeof processNames)[number]

/** One process: the JSON that it gets on standard input, and the configuration key of the port that it listens on. */
export type PlannedProcess = {
  readonly name: ProcessName
  readonly config: unknown
  readonly portKey: string | null
  /** Keep a second one loaded, to take over at once when this one dies. */
  readonly standby?: boolean
}

export type PlanInput = {
  readonly config: PlatformConfig
  /** Folder of Unix sockets, 0700. */
  readonly runDir: string
  /** Folder of the package: `dist` and `media` are in it. */
  readonly packageDir: string
  /** In sandbox mode only. */
  readonly sandbox: SandboxCredentials | null
}

const sandboxMerchant = 'mer_sandbox'
const sandboxNumber = '+441632960000'
/** Answered by the flow `payment-line`. */
export const sandboxIvrNumber = '+441632960001'
const twilioPath = '/v1/telephony/twilio'

/** What each process is told: no more than it needs. In order of start. */
export function planProcesses(input: PlanInput): PlannedProcess[] {
  const { config, sandbox } = input
  const links = {
    vault: {
      socketPath: path.join(input.runDir, 'vault.sock'),
      token: config.vault.token ?? randomBytes(32).toString('hex'),
    },
    bridge: {
      socketPath: path.join(input.runDir, 'bridge.sock'),
      token: config.bridge.token ?? randomBytes(32).toString('hex'),
    },
  }
  const plan: PlannedProcess[] = [
    { name: 'vault', config: vaultPart(input, links.vault), portKey: null },
    {
      name: 'bridge',
      config: bridgePart(input, links.bridge),
      portKey: 'bridge.port',
      // A call over SIP goes on with the next bridge; a WebSocket's has to be connected anew in any case.
      standby: config.sip.enabled && config.sip.standby,
    },
    { name: 'control', config: controlPart(input, links), portKey: 'control.port' },
  ]
  if (!sandbox) return plan
  return [
    { name: 'sandbox', config: sandboxPart(input, sandbox), portKey: 'sandbox.gatewayPort' },
    ...plan,
    { name: 'simulator', config: simulatorPart(input, sandbox), portKey: 'sandbox.simulatorPort' },
  ]
}

type Link = { readonly socketPath: string; readonly token: string }

/** Where people and providers reach the processes. */
export function addresses(config: PlatformConfig) {
  const { control, bridge, sandbox } = config
  return {
    control: control.publicUrl ?? `http://${control.host}:${control.port}`,
    streams: `${bridge.publicUrl ?? `ws://${bridge.host}:${bridge.port}`}/streams/twilio`,
    gateway: `https://localhost:${sandbox.gatewayPort}`,
    simulator: `http://127.0.0.1:${sandbox.simulatorPort}`,
    office: `http://127.0.0.1:${sandbox.officePort}`,
  }
}

/** The SQLite file; not used when there is a `control.databaseUrl`. */
export function databaseFileOf({ dataDir }: Pick<PlatformConfig, 'dataDir'>): string {
  return path.join(dataDir, 'tonewall.sqlite')
}

const common = ({ mode, logLevel }: PlatformConfig) => ({ mode, logLevel })

function gatewaysOf({ config, sandbox }: PlanInput) {
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

/** Out of the key that both have: nothing more to keep in `sandbox.json`. */
function gatewayWebhookSecret({ gatewayKey }: SandboxCredentials): string {
  return createHash('sha256').update(`webhooks ${gatewayKey}`).digest('base64url')
}

/** A sandbox has one out of the key that it has anyway, so that it can be moved with its folder. */
function sealingKeysOf({ config, sandbox }: PlanInput): { id: string; key: string }[] {
  const { sealingKeys } = config.control
  if (sealingKeys.length > 0 || !sandbox) return sealingKeys.map((one) => ({ ...one }))
  return [
    { id: 'sandbox', key: createHash('sha256').update(`sealing ${sandbox.gatewayKey}`).digest('base64') },
  ]
}

/** The app that the sandbox merchant's CRM and books let in: what a connection to them is made with. */
export function officeApp({ gatewayKey }: SandboxCredentials): { clientId: string; clientSecret: string } {
  const clientSecret = createHash('sha256').update(`office ${gatewayKey}`).digest('base64url')
  return { clientId: 'tonewall-sandbox', clientSecret }
}

function vaultPart(input: PlanInput, link: Link): z.input<typeof VaultConfig> {
  const { warm, maxCollections, cardUid } = input.config.vault
  return {
    ...common(input.config),
    ...link,
    runDir: path.join(input.runDir, 'digits'),
    cardEntry: path.join(input.packageDir, 'dist', 'vault', 'bundle', 'card.cjs'),
    warm,
    maxCollections,
    cardUid,
    gateways: gatewaysOf(input).map(({ connector, origin, caFile }) => ({ connector, origin, caFile })),
    payDoor: payDoorPart(input),
  }
}

function payDoorPart({ config, packageDir }: PlanInput): z.input<typeof VaultConfig>['payDoor'] {
  if (!config.payDoor) return null
  const { host, port, publicUrl, doors, ...rest } = config.payDoor
  return {
    ...rest,
    listen: { host, port },
    entry: path.join(packageDir, 'dist', 'vault', 'bundle', 'door.cjs'),
    doors: doors.map(({ merchant: _, gateway, signingToken, ...door }) => {
      const { connector, origin } = config.gateways.find(({ id }) => id === gateway) ?? noGateway()
      const signing = signingToken === null ? null : { token: signingToken, publicOrigin: publicUrl ?? '' }
      return { ...door, signing, connector, origin }
    }),
  }
}

function noGateway(): never {
  throw new Error('the configuration was not checked')
}

function bridgePart(
  { config, runDir, packageDir, sandbox }: PlanInput,
  link: Link,
): z.input<typeof BridgeConfig> {
  const { host, port, lookaheadMs, fill, jitterMs, maxCalls, maxMessageBytes } = config.bridge
  return {
    ...common(config),
    ...link,
    listen: { host, port },
    twilioStreamUrl: addresses(config).streams,
    twilioAuthToken: sandbox?.twilioAuthToken ?? config.twilio?.authToken ?? nobodysToken(),
    mask: { lookaheadMs, fill },
    jitterMs,
    maxCalls,
    maxMessageBytes,
    startTimeoutMs: 10_000,
    sip: config.sip.enabled ? sipPart(config.sip, runDir) : null,
    prompts: {
      folder: path.join(packageDir, 'media', 'prompts'),
      overrides: config.ivr.promptsDir && path.resolve(config.ivr.promptsDir),
    },
  }
}

/** `host:port`, an IPv6 address in brackets. */
function placeOf(address: string): { host: string; port: number } {
  const at = address.lastIndexOf(':')
  return { host: address.slice(0, at).replace(/^\[(.*)\]$/, '$1'), port: Number(address.slice(at + 1)) }
}

/** Without an account no signature is right. */
function nobodysToken(): string {
  return randomBytes(32).toString('hex')
}

function sipPart(sip: PlatformConfig['sip'], runDir: string): z.input<typeof BridgeSip> {
  const { ngHost, ngPort, ngPeers, mediaHost, mediaAdvertised, portMin, portMax, nativeSockets } = sip
  const { source, callerInterface, callerOtherwise, silentSeconds, edges, srtpCaller, srtpAgent } = sip
  return {
    ng: { host: ngHost, port: ngPort },
    ngPeers: [...ngPeers],
    edges: edges.map(placeOf),
    srtp: { caller: srtpCaller, agent: srtpAgent },
    media: {
      ...{ host: mediaHost, advertised: mediaAdvertised, portMin, portMax },
      sockets: nativeSockets ? 'native' : 'dgram',
    },
    ...{ source, callerInterface, callerOtherwise, silentMs: silentSeconds * 1_000 },
    portsDir: path.join(runDir, 'sip-calls'),
    drachtio: sip.drachtio && drachtioPart(sip.drachtio, path.join(runDir, 'sip-dialogs')),
  }
}

function drachtioPart(
  drachtio: NonNullable<PlatformConfig['sip']['drachtio']>,
  dialogsDir: string,
): NonNullable<z.input<typeof BridgeSip>['drachtio']> {
  const { host, port, secret, peers, outbound, paymentNumber, selfServiceNumbers } = drachtio
  return {
    server: { host, port, secret },
    ...{ peers: [...peers], outbound, paymentNumber, selfServiceNumbers: [...selfServiceNumbers] },
    ringMs: drachtio.ringSeconds * 1_000,
    session: { expiresS: drachtio.sessionSeconds, minSeS: 90 },
    dialogsDir,
  }
}

function controlPart(input: PlanInput, links: { vault: Link; bridge: Link }): z.input<typeof ControlConfig> {
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

function billsSecret({ gatewayKey }: SandboxCredentials): string {
  return `whsec_${createHash('sha256').update(`bills ${gatewayKey}`).digest('base64')}`
}

function metricsPart({ host, port, token }: PlatformConfig['metrics']) {
  return { listen: { host, port }, token }
}

function twilioPart({ config, sandbox }: PlanInput): z.input<typeof ControlConfig>['twilio'] {
  if (sandbox) {
    return {
      accountSid: sandbox.twilioAccountSid,
      authToken: sandbox.twilioAuthToken,
      apiOrigin: addresses(config).simulator,
      numbers: [
        { number: sandboxNumber, merchantId: sandboxMerchant, agentAddress: 'client:agent' },
        { number: sandboxIvrNumber, merchantId: sandboxMerchant, agentAddress: 'flow:payment-line' },
      ],
    }
  }
  const none = { accountSid: '', authToken: nobodysToken(), numbers: [] }
  const { accountSid, authToken, numbers } = config.twilio ?? none
  const owned = numbers.map(({ number, merchant, agentAddress }) => ({
    number,
    merchantId: merchant,
    agentAddress,
  }))
  return { accountSid, authToken, apiOrigin: null, numbers: owned }
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

function sandboxMerchantOf(
  credentials: SandboxCredentials,
): z.input<typeof ControlConfig>['merchants'][number] {
  const { email, password, apiKey } = credentials
  return {
    id: sandboxMerchant,
    name: 'Sandbox Stores',
    gatewayId: 'sandbox',
    agents: [{ email, name: 'Sandbox Agent', role: 'admin', password }],
    apiKeys: [{ name: 'sandbox', key: apiKey }],
    webhookEndpoints: [],
  }
}

function sandboxPart({ config }: PlanInput, credentials: SandboxCredentials): z.input<typeof SandboxConfig> {
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

function simulatorPart(
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
