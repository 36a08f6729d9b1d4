import net, { type AddressInfo } from 'node:net'
import type { Clock } from '../base/clock.ts'
import { AppError, codeOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { SmtpDialogue } from './smtp-dialogue.ts'

/** An e-mail as it came in: the envelope, and the message as it was written (RFC 5322). */
export type ReceivedMail = {
  readonly from: string
  readonly to: readonly string[]
  readonly raw: string
  /** Epoch ms. */
  readonly receivedAt: number
}

export type Mailbox = {
  readonly port: number
  /** Oldest first. */
  readonly messages: readonly ReceivedMail[]
  stop(): Promise<void>
}

/** Somebody listens on the mailbox's port already. */
export class MailPortTaken extends AppError {
  readonly code = 'MAIL_PORT_TAKEN'
  readonly remedy = 'page-someone'
  constructor() {
    super('the port of the mailbox is taken; set sandbox.mailPort (TONEWALL_SANDBOX_MAIL_PORT) to a free one')
  }
}

export type MailboxOptions = {
  readonly listen: { readonly host: string; readonly port: number }
  readonly clock: Clock
  readonly log: Log
}

const keep = 200
/** Longest pause of a client (RFC 5321 §4.5.3.2.7), in ms. */
const idleMs = 300_000

/** The sandbox's post office: takes every e-mail for everybody by SMTP (RFC 5321), delivers none, keeps the last ones. */
export async function startMailbox({ listen, clock, log }: MailboxOptions): Promise<Mailbox> {
  const messages: ReceivedMail[] = []
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.setEncoding('latin1').setTimeout(idleMs, () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', (error) => log.debug({ code: codeOf(error) }, 'an SMTP connection broke'))
    const dialogue = new SmtpDialogue({
      say: (line) => void socket.write(`${line}\r\n`),
      end: () => void socket.end(),
      onMail: (mail) => {
        messages.push({ ...mail, receivedAt: clock.now() })
        if (messages.length > keep) messages.shift()
        log.info({ count: messages.length, sizeBytes: mail.raw.length }, 'an e-mail arrived')
      },
    })
    dialogue.greet()
    socket.on('data', (text) => dialogue.hear(String(text)))
  })
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error) => reject(codeOf(error) === 'EADDRINUSE' ? new MailPortTaken() : error)
    server.once('error', fail).listen(listen.port, listen.host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    messages,
    stop: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
