/** The package comes without types; this is all that the tests use of it. */
declare module 'qs' {
  export function parse(
    text: string,
    options?: { depth?: number; allowDots?: boolean },
  ): Record<string, unknown>
}
