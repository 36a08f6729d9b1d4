import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { Secret } from '../../../src/base/secret.ts'

type Verdict = { readonly responseCode: number } | null

/** A mail server on loopback that reads what it gets as a mail program would. */
export class MailServer {
  readonly mails: ParsedMail[] = []
  /** What it says to the envelope's recipient: null accepts. */
  atRecipient: (address: string) => Verdict = () => null
  /** True: it takes the message, and the connection breaks before it says so. */
  breaksAfterMessage: () => boolean = () => false
  readonly #server: SMTPServer
  port = 0

  constructor() {
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      onRcptTo: ({ address }, _session, done) => done(errorOf(this.atRecipient(address))),
      onData: (stream, _session, done) => {
        const take = async (raw: Buffer) => {
          this.mails.push(await simpleParser(raw))
          if (!this.breaksAfterMessage()) done(null)
          else for (const connection of this.#connections) connection.close()
        }
        // A sender that is killed while it writes has sent nothing.
        void buffer(stream).then(take, () => {})
      },
    })
    this.#server.on('error', () => {})
  }

  get config() {
    return {
      url: new Secret(`smtp://127.0.0.1:${this.port}`),
      from: 'Harbour Lane <receipts@harbourlane.example>',
    }
  }

  get #connections() {
    return (this.#server as unknown as { connections: Set<{ close(): void }> }).connections
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    this.port = (this.#server.server.address() as AddressInfo).port
    return this
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      for (const connection of this.#connections) connection.close()
      this.#server.close(() => resolve())
    })
  }
}

function errorOf(verdict: Verdict): Error | null {
  return verdict && Object.assign(new Error('refused by the test'), verdict)
}
