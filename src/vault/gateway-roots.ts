import { X509Certificate } from 'node:crypto'

/** A gateway with several fronts may rest on several; more than these are not kept apart from all. */
const mostKnown = 4
/** So often a narrower trust may have been wrong before it is left for good: each time costs a second connection. */
const mostMistakes = 3

/**
 * On which of many roots one gateway's certificate was found to rest. Reading all that come with Node costs each card
 * process 6 ms and 1 MB; so the next one is told to trust only those, and all again when that is not enough, which
 * happens when the gateway changes its certificate authority. Never trusts anything that is not among the roots.
 */
export class GatewayRoots {
  readonly #roots: readonly string[]
  readonly #known = new Set<string>()
  #pemOf: ReadonlyMap<string, string> | undefined
  #mistakes = 0

  /** @param roots PEM, one certificate each */
  constructor(roots: readonly string[]) {
    this.#roots = roots
  }

  /** PEM of those that were enough so far; undefined when all are to be trusted. */
  narrowed(): string | undefined {
    const isWorthIt = this.#roots.length > mostKnown && this.#mistakes < mostMistakes
    return isWorthIt && this.#known.size > 0 ? [...this.#known].join('\n') : undefined
  }

  /** Whether a card process that trusts all should say on which it found the gateway to rest. */
  get wantsToLearn(): boolean {
    return this.#roots.length > mostKnown && this.#mistakes < mostMistakes
  }

  /** What a card process says is believed only as far as it names one of the roots. */
  learn(fingerprint256: string): void {
    // Once, when the first card process has something to say: it reads every root.
    this.#pemOf ??= new Map(this.#roots.map((pem) => [new X509Certificate(pem).fingerprint256, pem]))
    const pem = this.#pemOf.get(fingerprint256)
    if (pem !== undefined && this.#known.size < mostKnown) this.#known.add(pem)
  }

  /** Those that were known were not enough. They stay: a gateway may have several fronts. */
  mistaken(): void {
    this.#mistakes++
  }
}

/** The certificates of a file of several, each by itself. */
export function certificatesIn(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []
}
