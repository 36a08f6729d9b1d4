/**
 * - `status-500`: nothing is done
 * - `rate-limited`: nothing is done, and `Retry-After: 30`
 * - `no-answer`: it is done, and the connection is cut instead of answered
 */
export type OfficeFault = 'status-500' | 'rate-limited' | 'no-answer'

/** Faults that were ordered, each for the next requests whose method and path contain a text. */
export class OfficeFaults {
  readonly #ordered: { readonly fault: OfficeFault; readonly on: string; left: number }[] = []

  order(
    fault: OfficeFault,
    { on = '', times = 1 }: { readonly on?: string; readonly times?: number } = {},
  ): void {
    this.#ordered.push({ fault, on, left: times })
  }

  take(request: string): OfficeFault | undefined {
    const found = this.#ordered.find(({ on, left }) => left > 0 && request.includes(on))
    if (found) found.left--
    return found?.fault
  }
}
