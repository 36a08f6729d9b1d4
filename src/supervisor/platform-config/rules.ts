import type { z } from 'zod'
import type { Settings } from './settings.ts'

/** What keys demand of each other. */
export function checkTogether(config: Settings, context: z.RefinementCtx): void {
  const fault = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message })
  if (config.mode === 'production') {
    if (config.twilio === null && !config.sip.enabled)
      fault(['twilio'], 'an account and its numbers, or sip.enabled: true (production mode)')
    if (config.sip.enabled && config.sip.merchant === null)
      fault(['sip', 'merchant'], 'whose calls over SIP are (production mode)')
    if (config.gateways.length === 0) fault(['gateways'], 'at least one gateway (production mode)')
    if (config.merchants.length === 0) fault(['merchants'], 'at least one merchant (production mode)')
    if (!config.control.publicUrl?.startsWith('https://'))
      fault(['control', 'publicUrl'], 'an https:// address (production mode)')
    if (!config.bridge.publicUrl?.startsWith('wss://'))
      fault(['bridge', 'publicUrl'], 'a wss:// address (production mode)')
    const hasSecrets = config.merchants.some(({ webhooks }) => webhooks.length > 0)
    if (hasSecrets && config.control.sealingKeys.length === 0)
      fault(
        ['control', 'sealingKeys'],
        'a key: merchants’ webhook secrets are sealed with it (openssl rand -base64 32)',
      )
  } else {
    for (const key of ['twilio', 'gateways', 'merchants'] as const) {
      const value = config[key]
      if (value !== null && (!Array.isArray(value) || value.length > 0)) {
        fault([key], 'nothing in sandbox mode, which brings its own; set mode: production')
      }
    }
  }
  const { metrics } = config
  const isOpen = config.mode === 'production' || !['127.0.0.1', '::1', 'localhost'].includes(metrics.host)
  if (metrics.enabled && metrics.token === null && isOpen)
    fault(
      ['metrics', 'token'],
      'what Prometheus shows as a bearer token (not needed on loopback in sandbox mode)',
    )
  const gatewayIds = config.gateways.map(({ id }) => id)
  config.merchants.forEach(({ gateway }, i) => {
    if (!gatewayIds.includes(gateway))
      fault(['merchants', i, 'gateway'], `one of the gateways’ ids: ${gatewayIds.join(', ')}`)
  })
  if (config.sip.portMax < config.sip.portMin + 8)
    fault(['sip', 'portMax'], 'at least 8 more than sip.portMin: a call takes four ports')
  const merchantIds = config.merchants.map(({ id }) => id)
  config.payDoor?.doors.forEach((door, i) => {
    const at = (key: string) => ['payDoor', 'doors', i, key]
    if (config.mode !== 'production') fault(['payDoor'], 'null in sandbox mode; set mode: production')
    if (!merchantIds.includes(door.merchant))
      fault(at('merchant'), `one of the merchants’ ids: ${merchantIds.join(', ')}`)
    if (!gatewayIds.includes(door.gateway))
      fault(at('gateway'), `one of the gateways’ ids: ${gatewayIds.join(', ')}`)
    if (door.signingToken !== null && config.payDoor?.publicUrl == null)
      fault(['payDoor', 'publicUrl'], 'the address that the provider signs: https://host')
  })
  const { merchant: sipMerchant } = config.sip
  if (config.mode === 'production' && sipMerchant !== null && !merchantIds.includes(sipMerchant))
    fault(['sip', 'merchant'], `one of the merchants’ ids: ${merchantIds.join(', ')}`)
  config.twilio?.numbers.forEach(({ merchant }, i) => {
    if (!merchantIds.includes(merchant))
      fault(['twilio', 'numbers', i, 'merchant'], `one of the merchants’ ids: ${merchantIds.join(', ')}`)
  })
}
