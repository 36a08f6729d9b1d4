import type { Adapter } from './adapter.ts'
import { generic } from './generic/generic.ts'
import { hubspot } from './hubspot/hubspot.ts'
import { salesforce } from './salesforce/salesforce.ts'
import { xero } from './xero/xero.ts'
import { zendesk } from './zendesk/zendesk.ts'

/** Every system that payments can be written to, in the order in which the desk offers them. */
export const adapters: readonly Adapter[] = [salesforce, hubspot, zendesk, xero, generic]

export function findAdapter(id: string): Adapter | undefined {
  return adapters.find((adapter) => adapter.id === id)
}
