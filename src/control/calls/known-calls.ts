import type { CallResource } from '../../contracts/desk-port.ts'
import type { CallAlias } from '../ports.ts'
import { toResource } from './call-rows.ts'
import type { LiveCall } from './missing-legs.ts'
import { isNamed, pickCall } from './pick-call.ts'

export type KnownCall = { -readonly [K in keyof LiveCall]: LiveCall[K] } & { saved: Promise<void> }

/** The calls that are at hand, by every name that they have. */
export class KnownCalls {
  readonly #calls = new Map<string, KnownCall>()
  /** Provider and either party's id there, to our id. */
  readonly #names = new Map<string, string>()

  add(call: KnownCall): void {
    const { id, provider, providerCallId } = call.facts
    this.#calls.set(id, call)
    for (const name of [providerCallId, call.agentProviderCallId])
      if (name !== null) this.#names.set(`${provider} ${name}`, id)
  }

  remove({ facts, agentProviderCallId }: KnownCall): void {
    this.#calls.delete(facts.id)
    for (const name of [facts.providerCallId, agentProviderCallId])
      this.#names.delete(`${facts.provider} ${name}`)
  }

  /** The agent's party has this id at the provider from now on, or none. */
  nameAgent(call: KnownCall, providerCallId: string | null): void {
    const { id, provider } = call.facts
    if (call.agentProviderCallId !== null) this.#names.delete(`${provider} ${call.agentProviderCallId}`)
    call.agentProviderCallId = providerCallId
    if (providerCallId !== null) this.#names.set(`${provider} ${providerCallId}`, id)
  }

  get(callId: string): KnownCall | undefined {
    return this.#calls.get(callId)
  }

  byProvider(provider: string, providerCallId: string): KnownCall | undefined {
    return this.#calls.get(this.#names.get(`${provider} ${providerCallId}`) ?? '')
  }

  /** A list of its own: calls may come and go while it is gone through. */
  all(): KnownCall[] {
    return [...this.#calls.values()]
  }

  /** Of one merchant, or of all. */
  goingOn(merchantId?: string): KnownCall[] {
    const isTheirs = ({ facts }: KnownCall) => merchantId === undefined || facts.merchantId === merchantId
    return this.all().filter((call) => call.state.status !== 'ended' && isTheirs(call))
  }

  /** The call that goes on under this name. Throws CallNotFound, CallAmbiguous. */
  named(merchantId: string, alias: CallAlias): CallResource {
    return pickCall(this.goingOn(merchantId), alias)
  }

  /** Calls that are going on, oldest first; those of these names only, where names are given. */
  current(merchantId: string, alias: CallAlias): CallResource[] {
    return this.goingOn(merchantId)
      .filter((call) => isNamed(call, alias))
      .sort((a, b) => (a.facts.id < b.facts.id ? -1 : 1))
      .map(({ facts, state }) => toResource(facts, state))
  }
}
