import { AppError } from '../base/errors.ts'
import { NoAnswer } from '../client/api-client.ts'
import { TonewallClient } from '../client/client.ts'
import type { PlatformConfig } from '../supervisor/platform-config.ts'
import { sandboxCredentials } from '../supervisor/sandbox-credentials.ts'

/** The configuration does not say, or says twice, whose key is to be used. */
class MerchantNotClear extends AppError {
  readonly code = 'MERCHANT_NOT_CLEAR'
  readonly remedy = 'fix-request'
}

/** The command asks the running platform, and nothing answers where the configuration says that it listens. */
class PlatformNotRunning extends AppError {
  readonly code = 'PLATFORM_NOT_RUNNING'
  readonly remedy = 'retry'
}

/** The running platform, as the system of one merchant of the configuration speaks to it. */
export type PlatformApi = { readonly client: TonewallClient; readonly baseUrl: string }

/** With the merchant's first API key; throws when the configuration does not say which merchant. */
export function platformApi(config: PlatformConfig, merchantId: string | undefined): PlatformApi {
  const { host, port } = config.control
  const local = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host
  const baseUrl = `http://${local}:${port}`
  return { client: new TonewallClient({ baseUrl, apiKey: keyOf(config, merchantId) }), baseUrl }
}

function keyOf(config: PlatformConfig, merchantId: string | undefined): string {
  if (config.mode === 'sandbox') return sandboxCredentials(config.dataDir).apiKey
  const named = config.merchants.filter(({ id }) => id === (merchantId ?? id))
  const [merchant, another] = named
  if (!merchant) throw new MerchantNotClear(`the configuration has no merchant ${merchantId ?? ''}`.trim())
  if (another) {
    const ids = named.map(({ id }) => id).join(', ')
    throw new MerchantNotClear(`name one of them with --merchant: ${ids}`)
  }
  const [key] = merchant.apiKeys
  if (!key) throw new MerchantNotClear(`${merchant.id} has no API key: add one to merchants[].apiKeys`)
  return key.key
}

/** Says where it looked when nobody answers. */
export async function asking<T>({ baseUrl }: PlatformApi, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof NoAnswer || error instanceof TypeError)) throw error
    throw new PlatformNotRunning(`no platform answers on ${baseUrl}: start it, or name its --config`)
  }
}
