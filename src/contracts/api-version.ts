/** Dates of the API, oldest first. A date is added only when an answer changes so that an old reader could break. */
export const apiVersions = ['2026-10-01', '2026-11-22'] as const
export type ApiVersion = (typeof apiVersions)[number]

export const firstVersion: ApiVersion = '2026-10-01'
export const currentVersion: ApiVersion = '2026-11-22'

export function isApiVersion(text: string): text is ApiVersion {
  return (apiVersions as readonly string[]).includes(text)
}
