import { z } from 'zod'

const ApiName = z.string().regex(/^[A-Za-z]\w{0,79}$/, 'an API name, such as Tonewall_Payment__c')

/** One Salesforce org. */
export const Settings = z.strictObject({
  /** My Domain: tokens are only given there for client credentials. */
  host: z
    .string()
    .regex(
      /^[a-z0-9-]+(\.[a-z0-9-]+)*\.(my\.)?salesforce\.com$/,
      'My Domain, such as example.my.salesforce.com',
    ),
  apiVersion: z
    .string()
    .regex(/^v\d{2,3}\.0$/, 'such as v61.0')
    .default('v61.0'),
  /** `Task`, or the merchant's own object for payments. */
  object: ApiName.default('Task'),
  /** A text field of that object, unique, marked as external id. */
  externalIdField: ApiName.default('Tonewall_Payment__c'),
  /** On an own object: which field points to which kind of record. */
  lookupFields: z.record(ApiName, ApiName).default({
    Contact: 'Contact__c',
    Case: 'Case__c',
    Opportunity: 'Opportunity__c',
    Account: 'Account__c',
  }),
  /** Who the assertion of the JWT bearer flow is for; https://test.salesforce.com for sandboxes. */
  audience: z
    .enum(['https://login.salesforce.com', 'https://test.salesforce.com'])
    .default('https://login.salesforce.com'),
  /** Of the org's daily allowance, which it shares with its other apps; answers tell what is left of that. */
  requestsPerDay: z.number().int().min(100).max(10_000_000).default(15_000),
  /** JWT bearer flow: the user that the integration acts for. */
  username: z.string().max(200).optional(),
})
export type Settings = z.output<typeof Settings>
