import { readFileSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import type { Clock } from '../base/clock.ts'
import { newId } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import type { CollectionEnd } from '../contracts/vault-port.ts'
import { handleOf } from './digit-listener.ts'
import type { Door } from './door-messages.ts'
import { doorsOf, type PayDoorConfig } from './doors.ts'
import type { AllowedGateway, Owner } from './pool.ts'
import { PostedCollection } from './posted-collection.ts'
import { CollectionUnknown, DoorCertificateUnreadable } from './vault-errors.ts'
import type { WarmCards } from './warm-cards.ts'

/** From the connection to the whole request: a provider's server sends it in one go, in ms. */
const requestMs = 10_000
/** From there to our answer: a gateway on a bad day, and some inquiries, in ms. */
const answerMs = 150_000

export type PayDoorOptions = {
  readonly config: PayDoorConfig
  readonly gateways: readonly AllowedGateway[]
  /** Processes of the door's own, so that a flood of connections starves no phone call of a warm one. */
  readonly cards: WarmCards
  readonly clock: Clock
  readonly log: Log
}

/**
 * Where voice providers post cards. Connections are accepted unread and handed to a card process, in which TLS ends: not
 * one clear byte passes here. Without a control that listens, and beyond the limit, a connection is closed at once.
 */
export class PayDoor {
  readonly #options: PayDoorOptions
  readonly #doors: readonly Door[]
  readonly #certificate: string
  readonly #key: string
  readonly #held = new Map<string, { readonly collection: PostedCollection; readonly owner: Owner }>()
  readonly #server: net.Server
  #open = 0
  /** Those who listen, the last one to come at the end: it hears of the next card. */
  readonly #owners: Owner[] = []

  constructor(options: PayDoorOptions) {
    this.#options = options
    this.#doors = doorsOf(options.config.doors, options.gateways)
    this.#certificate = readPem(options.config.certificateFile)
    this.#key = readPem(options.config.keyFile)
    this.#server = net.createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
      socket.on('error', () => {})
      void this.#accept(socket)
    })
  }

  async listen(): Promise<void> {
    const { host, port } = this.#options.config.listen
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, resolve)
    })
    this.#options.log.info({ port: this.port }, 'the pay door listens')
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Control is there: from now on cards are taken, and told to it. */
  ownerCame(owner: Owner): void {
    this.#owners.push(owner)
  }

  ownerGone(owner: Owner): void {
    if (this.#owners.includes(owner)) this.#owners.splice(this.#owners.indexOf(owner), 1)
    for (const held of this.#held.values())
      if (held.owner === owner) void held.collection.stop('control-lost')
  }

  has(collectionId: string): boolean {
    return this.#held.has(collectionId)
  }

  get(collectionId: string): PostedCollection {
    const held = this.#held.get(collectionId)
    if (!held) throw new CollectionUnknown()
    return held.collection
  }

  async close(why: CollectionEnd): Promise<void> {
    this.#server.close()
    await Promise.all([...this.#held.values()].map(({ collection }) => collection.stop(why)))
  }

  async #accept(socket: net.Socket): Promise<void> {
    const { config, cards, clock, log } = this.#options
    const owner = this.#owners.at(-1)
    if (!owner || this.#open >= config.mostAtOnce) {
      log.warn({ count: this.#open, limit: config.mostAtOnce }, 'a connection at the pay door was not taken')
      socket.destroy()
      return
    }
    this.#open++
    const collectionId = newId('collection', clock.now())
    try {
      const card = await cards.take()
      const collection = new PostedCollection({
        ...{ collectionId, card, doors: this.#doors, clock },
        onEvent: (event) => owner.send(event),
      })
      this.#held.set(collectionId, { collection, owner })
      void collection.ended.then(() => this.#held.delete(collectionId))
      const { certificate, key } = { certificate: this.#certificate, key: this.#key }
      const order = { type: 'receive', certificate, key, doors: this.#doors, requestMs, answerMs } as const
      collection.receive(order, handleOf(socket), () => socket.destroy())
      await collection.ended
    } catch (error) {
      log.error({ error, collectionId }, 'a posted card could not be taken')
      socket.destroy()
    } finally {
      this.#open--
    }
  }
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new DoorCertificateUnreadable()
  }
}
