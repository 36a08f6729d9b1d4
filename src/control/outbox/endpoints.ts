import type { Actor } from '../ports.ts'

/** An endpoint as the API shows it. The secret is shown once, in the answer to `create`. */
export type EndpointResource = {
  readonly id: string
  readonly url: string
  readonly source: 'config' | 'api'
  readonly state: 'enabled' | 'disabled'
  readonly disabledBecause: string | null
  readonly createdAt: number
}

export type Endpoints = {
  /** Answers with the secret, `whsec_…`, this one time. */
  create(
    actor: Actor,
    input: { readonly url: string },
  ): Promise<EndpointResource & { readonly secret: string }>
  list(actor: Actor): Promise<EndpointResource[]>
  remove(actor: Actor, endpointId: string): Promise<void>
}
