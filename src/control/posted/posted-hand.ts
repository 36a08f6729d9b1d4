import type { Clock } from '../../base/clock.ts'
import type { GatewayCall, GatewayReply } from '../../contracts/gateway-call.ts'
import type { PostedAnswer, PostedRequest } from '../../contracts/posted-card.ts'
import type { VaultClient } from '../clients/vault-client.ts'
import { sendCard } from '../collection/send-card.ts'
import type { CardInHand } from '../payments/authorisation.ts'

export type PostedHandOptions = {
  readonly vault: VaultClient
  readonly clock: Clock
  readonly collectionId: string
  readonly fields: PostedRequest['fields']
}

/** A card that a provider posted: the vault holds it, with the provider's connection, until that has been answered. */
export class PostedHand implements CardInHand {
  /** The caller was alone with the provider's prompts. */
  readonly flow = 'selfService'
  readonly view: CardInHand['view']
  readonly #options: PostedHandOptions
  #at: CardInHand['state']['at'] = 'collected'

  constructor(options: PostedHandOptions) {
    this.#options = options
    this.view = {
      fields: options.fields.map((field) => ({ field, state: 'accepted', length: 0, fault: null })),
    }
  }

  get state(): CardInHand['state'] {
    return { at: this.#at }
  }

  async send(call: GatewayCall, last: boolean): Promise<GatewayReply> {
    if (this.#at === 'ended') return { kind: 'not-sent', because: 'gone' }
    this.#at = 'sending'
    return sendCard({ ...this.#options, call, last })
  }

  dispatch(event: Parameters<CardInHand['dispatch']>[0]): void {
    // The process stays for the answer; the card itself was zeroed with the last call.
    if (event.type === 'spent' || event.type === 'stopped') this.#at = 'ended'
  }

  /** The provider may be gone by now: then it asks again, with the same transaction. */
  async answer(answer: PostedAnswer): Promise<void> {
    const { vault, collectionId } = this.#options
    await vault.call('answer-posted', { collectionId, answer })
  }
}
