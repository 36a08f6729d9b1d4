import { readFileSync } from 'node:fs'
import path from 'node:path'
import tls from 'node:tls'
import type { KeyedField } from '../../../src/contracts/card.ts'
import type { GatewayCall, GatewayReply } from '../../../src/contracts/gateway-call.ts'
import { DigitBuffer } from '../../../src/vault/card/digit-buffer.ts'
import { fillSlots } from '../../../src/vault/card/fill-slots.ts'
import { HttpResponseReader } from '../../../src/vault/card/http-response.ts'
import { scrub } from '../../../src/vault/card/scrub.ts'

export type KeyedCard = {
  readonly pan: string
  readonly expiry: string
  readonly csc: string
  readonly postcode?: string
}

/**
 * Sends a call as a card process does, with the vault's own filling, reading and scrubbing, but in the test's process:
 * what the connector writes and reads here is what it will write and read in life.
 */
export class CardProcessStandIn {
  readonly #digits = new DigitBuffer()
  readonly #ca: string

  constructor(dataDir: string, keyed: KeyedCard | Readonly<Partial<Record<KeyedField, string>>>) {
    this.#ca = readFileSync(path.join(dataDir, 'ca.pem'), 'utf8')
    for (const [field, digits] of Object.entries(keyed))
      for (const digit of digits) this.#digits.append(field as KeyedField, digit.charCodeAt(0))
  }

  /** `patience` resolves when the time limit of the call shall have passed. */
  send(call: GatewayCall, patience?: Promise<void>): Promise<GatewayReply> {
    const { hostname, port } = new URL(call.origin)
    const reader = new HttpResponseReader()
    return new Promise((resolve) => {
      const socket = tls.connect({
        host: hostname,
        port: Number(port),
        servername: 'localhost',
        ca: this.#ca,
      })
      const finish = (reply: GatewayReply) => {
        socket.destroy()
        resolve(reply)
      }
      const read = (reading: ReturnType<HttpResponseReader['push']>) => {
        if (reading.is === 'broken') finish({ kind: 'no-answer', because: reading.because })
        if (reading.is !== 'complete') return
        scrub(reading.response.body, this.#digits)
        finish({
          kind: 'answered',
          status: reading.response.status,
          headers: {},
          body: reading.response.body.toString(),
        })
      }
      void patience?.then(() => finish({ kind: 'no-answer', because: 'timeout' }))
      socket.on('secureConnect', () => socket.write(fillSlots(call, this.#digits, Date.now())))
      socket.on('data', (chunk: Buffer) => read(reader.push(chunk)))
      socket.on('end', () =>
        reader.began ? read(reader.end()) : finish({ kind: 'no-answer', because: 'reset' }),
      )
      socket.on('error', () => finish({ kind: 'no-answer', because: 'reset' }))
    })
  }
}
