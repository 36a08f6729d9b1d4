/** Ends a switch over a union: a case that was forgotten does not compile, and throws if it gets here anyway. */
export function exhaustive(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`)
}
