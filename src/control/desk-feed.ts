import { DeskEvent } from '../contracts/desk-port.ts'
import type { DeskFeed } from './ports.ts'

/** An event as it goes out: serialised once, however many desks listen. */
export type FeedEntry = { readonly id: string; readonly type: DeskEvent['type']; readonly json: string }

export type FeedListener = (entry: FeedEntry) => void

export type DeskFeedOptions = {
  /** Events kept for each merchant, for desks that come back. */
  readonly keep?: number
  /** Names this life of the process in every event id: positions of another life mean nothing. */
  readonly bootId: string
}

type Ring = { next: number; readonly entries: FeedEntry[]; readonly listeners: Set<FeedListener> }

/**
 * The desk's events of every merchant, in a bounded ring each. Ids are `<bootId>-<position>`, so that a desk that
 * comes back after a restart of control is told to begin anew instead of being given the wrong events.
 */
export class DeskFeedHub implements DeskFeed {
  readonly #rings = new Map<string, Ring>()
  readonly #keep: number
  readonly #bootId: string

  constructor({ keep = 512, bootId }: DeskFeedOptions) {
    this.#keep = keep
    this.#bootId = bootId
  }

  publish(merchantId: string, event: DeskEvent): void {
    const ring = this.#ring(merchantId)
    const entry = {
      id: this.#id(ring.next++),
      type: event.type,
      json: JSON.stringify(DeskEvent.parse(event)),
    }
    ring.entries.push(entry)
    if (ring.entries.length > this.#keep) ring.entries.shift()
    for (const listener of [...ring.listeners]) listener(entry)
  }

  /** Hears everything of this merchant from now on. Returns the way to stop. */
  subscribe(merchantId: string, listener: FeedListener): () => void {
    const { listeners } = this.#ring(merchantId)
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }

  /** The id of the newest event, or of the state before the first. */
  position(merchantId: string): string {
    return this.#id(this.#ring(merchantId).next - 1)
  }

  /** What came after `id`; undefined when that is not known any more, or never was. */
  after(merchantId: string, id: string): readonly FeedEntry[] | undefined {
    const ring = this.#ring(merchantId)
    const match = /^([0-9a-z]+)-(\d{1,15})$/.exec(id)
    if (!match || match[1] !== this.#bootId) return undefined
    const missed = ring.next - 1 - Number(match[2])
    if (missed < 0 || missed > ring.entries.length) return undefined
    return ring.entries.slice(ring.entries.length - missed)
  }

  #id(position: number): string {
    return `${this.#bootId}-${position}`
  }

  #ring(merchantId: string): Ring {
    let ring = this.#rings.get(merchantId)
    if (!ring) {
      ring = { next: 1, entries: [], listeners: new Set() }
      this.#rings.set(merchantId, ring)
    }
    return ring
  }
}
