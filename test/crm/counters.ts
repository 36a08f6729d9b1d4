import { RequestCounter } from '../../src/sandbox/office/request-counter.ts'

/** What each system lets come in, and what its answers say is left, as its public documentation has it; see the stand-ins. */
export const counters = {
  /** A day's allowance; there is none for a minute. */
  salesforce: () =>
    new RequestCounter({
      ...{ perMinute: 20_000, perDay: 15_000 },
      headers: ({ day }) => ({ 'sforce-limit-info': `api-usage=${15_000 - day}/15000` }),
    }),
  xero: () =>
    new RequestCounter({
      ...{ perMinute: 60, perDay: 5_000 },
      headers: ({ minute, day }) => ({
        'x-minlimit-remaining': String(minute),
        'x-daylimit-remaining': String(day),
      }),
    }),
  /** A private app of the smallest plan. */
  hubspot: () =>
    new RequestCounter({
      ...{ perTenSeconds: 100, perMinute: 600, perDay: 250_000 },
      headers: ({ tenSeconds, day }) => ({
        'x-hubspot-ratelimit-remaining': String(tenSeconds),
        'x-hubspot-ratelimit-daily-remaining': String(day),
      }),
    }),
  /** The smallest plan, unless told. */
  zendesk: (perMinute = 200) =>
    new RequestCounter({
      ...{ perMinute, perDay: 1_000_000 },
      headers: ({ minute }) => ({
        'x-rate-limit': String(perMinute),
        'x-rate-limit-remaining': String(minute),
      }),
    }),
  /** A system of the merchant's own. */
  own: (perMinute = 120) => new RequestCounter({ perMinute, perDay: 100_000 }),
}
