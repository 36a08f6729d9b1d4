import nodemailer from 'nodemailer'
import { codeOf } from '../../base/errors.ts'
import type { Secret } from '../../base/secret.ts'

export type Mail = {
  readonly to: string
  readonly subject: string
  readonly html: string
  readonly text: string
  /** The same on every try: mail systems keep a message that they have seen once. */
  readonly messageId: string
  /** When the receipt was written, epoch ms. */
  readonly at: number
}

/** What the mail server said. */
export type Mailed =
  | { readonly kind: 'accepted'; readonly status: number }
  /** For good: no such mailbox, for example. */
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'later'; readonly status: number | null; readonly outcome: string }

export type Mailer = {
  /** Where the fixed Message-IDs live: the domain that receipts come from. */
  readonly domain: string
  send(mail: Mail): Promise<Mailed>
  close(): void
}

export type MailerOptions = {
  /** `smtp://` or `smtps://`, with user and password. */
  readonly url: Secret
  readonly from: string
}

const loopback = new Set(['127.0.0.1', '[::1]', 'localhost'])

/**
 * Hands e-mails to a mail server. Over TLS, from the start or by STARTTLS, unless the server is on this machine; the
 * password is never sent in the clear.
 */
export function createMailer({ url, from }: MailerOptions): Mailer {
  const { protocol, hostname, port, username, password } = new URL(url.reveal())
  const secure = protocol === 'smtps:'
  const auth = { user: decodeURIComponent(username), pass: decodeURIComponent(password) }
  const transport = nodemailer.createTransport({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (secure ? 465 : 587),
    secure,
    requireTLS: !secure && !loopback.has(hostname),
    ignoreTLS: !secure && loopback.has(hostname),
    ...(username === '' ? {} : { auth }),
    pool: true,
    maxConnections: 4,
    // All well within the lease of a delivery.
    connectionTimeout: 5_000,
    greetingTimeout: 5_000,
    socketTimeout: 20_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    domain: /@([^>\s]+)/.exec(from)?.[1] ?? 'receipts.invalid',
    async send({ to, subject, html, text, messageId, at }) {
      try {
        await transport.sendMail({
          ...{ from, subject, html, text, messageId, date: new Date(at) },
          // As an object: no list of addresses is read out of it.
          to: { name: '', address: to },
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        })
        return { kind: 'accepted', status: 250 }
      } catch (error) {
        return failed(error)
      }
    },
    close: () => transport.close(),
  }
}

function failed(error: unknown): Mailed {
  const { responseCode, code } = error as { responseCode?: number; code?: string }
  const status = responseCode ?? null
  // The envelope or the message is refused for good; a log-in that is refused is ours to mend.
  const isForGood = (code === 'EENVELOPE' || code === 'EMESSAGE') && status !== null && status >= 500
  if (isForGood) return { kind: 'refused', status }
  return { kind: 'later', status, outcome: codeOf(error) }
}
