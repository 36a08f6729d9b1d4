import { officeApp } from '../supervisor/plan/sandbox-merchant.ts'
import type { ThrowawayPlatform } from '../supervisor/throwaway-platform.ts'
import type { ApiClient } from './api-client.ts'
import { SandboxOfficeClient } from './sandbox-office-client.ts'

/**
 * Connects the sandbox merchant's CRM and books, as a merchant's admin does: two calls for each. The CRM finds its
 * record by the caller's number, the books their invoice by the order's number.
 */
export async function connectOffice(
  { addresses, credentials }: ThrowawayPlatform,
  api: ApiClient,
): Promise<SandboxOfficeClient> {
  const origin = addresses.office
  const access = {
    ...officeApp(credentials),
    grant: 'client-credentials',
    origins: { api: origin, identity: origin },
  } as const
  await api.connect({
    ...access,
    adapter: 'salesforce',
    name: 'Sandbox CRM',
    settings: { host: 'sandbox.my.salesforce.com' },
  })
  await api.connect({
    ...access,
    adapter: 'xero',
    name: 'Sandbox books',
    settings: { accountCode: '090', refundAccountCode: '200' },
    rules: { metadataKey: 'invoice', orReference: true, byPhone: false },
  })
  return new SandboxOfficeClient({ origin, operatorKey: credentials.gatewayKey })
}
