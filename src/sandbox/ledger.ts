import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'

/** One movement, or refused movement, of money. Never changed once written. */
export const LedgerLine = z.strictObject({
  id: z.string(),
  authorisationId: z.string(),
  kind: z.enum([
    'authorisation',
    'capture',
    'void',
    'refund',
    'refund-done',
    'refund-failed',
    'debit-failed',
  ]),
  ourReference: z.string(),
  merchantReference: z.string(),
  /** Minor units. */
  amount: z.number().int(),
  currency: z.string(),
  outcome: z.enum(['approved', 'declined']),
  declineCode: z.string().nullable(),
  /** On an authorisation: true when it took the money at once, so that no capture line follows. */
  captured: z.boolean(),
  /** On an authorisation: that it was declared as a mail or telephone order. */
  moto: z.boolean().optional(),
  authCode: z.string().nullable(),
  /** On an authorisation: of a bank account. A `capture` or a `debit-failed` follows when the bank has decided. */
  debit: z.boolean().optional(),
  /** A refund that the bank carries out later: a line `refund-done` or `refund-failed` follows, `of` this one. */
  pending: z.boolean().optional(),
  of: z.string().optional(),
  /** Of an authorisation with a kept card: who paid with it, and the scheme's id of the first payment that was named. */
  initiator: z.enum(['customer', 'merchant']).optional(),
  firstNetworkRef: z.string().optional(),
  /** What the card was kept under. */
  token: z.string().optional(),
  brand: z.string(),
  last4: z.string(),
  /** ISO 8601, UTC. */
  at: z.string(),
})
export type LedgerLine = z.output<typeof LedgerLine>

/** What the merchant's platform is told by webhook: the body as it is signed and sent. */
export type StoredEvent = { readonly id: string; readonly body: string; readonly tries: number }

const eventsAtOnce = 50

/** What was answered under an idempotency key. `fingerprint` holds no card digit but the last four. */
export const KeptAnswer = z.strictObject({
  fingerprint: z.string(),
  status: z.number().int(),
  body: z.string(),
})
export type KeptAnswer = z.output<typeof KeptAnswer>

export const CardToken = z.strictObject({
  token: z.string(),
  brand: z.string(),
  last4: z.string(),
  outcome: z.string(),
  /** What becomes of later payments with it; as `outcome` unless said. */
  later: z.string().optional(),
  /** The token's card is good until this moment, epoch ms. */
  untilMs: z.number().int().optional(),
})
export type CardToken = z.output<typeof CardToken>

/** A hosted page for one payment. */
export const HostedLink = z.strictObject({
  id: z.string(),
  /** In the page's address: who has it may pay. */
  token: z.string(),
  amount: z.number().int(),
  currency: z.string(),
  ourReference: z.string(),
  merchantReference: z.string(),
  description: z.string().optional(),
  capture: z.boolean(),
  /** The only page that may frame its fields. */
  embedOrigin: z.string().optional(),
  /** Epoch ms. */
  expiresAtMs: z.number().int(),
  /** The authorisation that paid it. */
  paidBy: z.string().nullable(),
  /** The card of that. */
  card: z.strictObject({ brand: z.string(), last4: z.string() }).nullable(),
})
export type HostedLink = z.output<typeof HostedLink>

/** How long an idempotency key is remembered, as `facts.windowHours` of the connector says. */
export const keyWindowMs = 24 * 60 * 60 * 1_000

const schema = `
  CREATE TABLE IF NOT EXISTS line (seq INTEGER PRIMARY KEY, authorisationId TEXT NOT NULL, ourReference TEXT NOT NULL, line TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS line_of_authorisation ON line (authorisationId);
  CREATE INDEX IF NOT EXISTS line_by_reference ON line (ourReference);
  CREATE TABLE IF NOT EXISTS answer (key TEXT PRIMARY KEY, atMs INTEGER NOT NULL, answer TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS event (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL, tries INTEGER NOT NULL, delivered INTEGER NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS event_undelivered ON event (seq) WHERE delivered = 0;
  CREATE TABLE IF NOT EXISTS link (id TEXT PRIMARY KEY, token TEXT NOT NULL UNIQUE, link TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS token (token TEXT PRIMARY KEY, card TEXT NOT NULL) STRICT;
`

/**
 * The books, in `ledger.sqlite`. WAL with `synchronous=FULL`: what `once` has returned is on the disk, so an answer
 * never says more than the ledger will after a power cut. No PAN and no security code ever gets here.
 */
export class Ledger {
  readonly #db: DatabaseSync
  /** Hears of every commit. */
  onCommit: () => void = () => {}

  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    this.#db = new DatabaseSync(path.join(dataDir, 'ledger.sqlite'))
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;')
    this.#db.exec(schema)
  }

  /** Everything that `work` writes is kept, or nothing of it. */
  once<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.#db.exec('COMMIT')
      setImmediate(this.onCommit)
      return result
    } catch (error) {
      this.#db.exec('ROLLBACK')
      throw error
    }
  }

  append(line: LedgerLine): void {
    this.#db
      .prepare('INSERT INTO line (authorisationId, ourReference, line) VALUES (?, ?, ?)')
      .run(line.authorisationId, line.ourReference, JSON.stringify(LedgerLine.parse(line)))
  }

  /** Every line, oldest first. */
  lines(): LedgerLine[] {
    return this.#read('SELECT line FROM line ORDER BY seq')
  }

  linesOf(authorisationId: string): LedgerLine[] {
    return this.#read('SELECT line FROM line WHERE authorisationId = ? ORDER BY seq', authorisationId)
  }

  authorisationsBy(ourReference: string): LedgerLine[] {
    return this.linesBy(ourReference).filter(({ kind }) => kind === 'authorisation')
  }

  linesBy(ourReference: string): LedgerLine[] {
    return this.#read('SELECT line FROM line WHERE ourReference = ? ORDER BY seq', ourReference)
  }

  /** In the transaction of what the event tells of. */
  keepEvent(id: string, body: string): void {
    this.#db.prepare('INSERT INTO event (id, body, tries, delivered) VALUES (?, ?, 0, 0)').run(id, body)
  }

  undelivered(): StoredEvent[] {
    const rows = this.#db
      .prepare('SELECT id, body, tries FROM event WHERE delivered = 0 ORDER BY seq LIMIT ?')
      .all(eventsAtOnce)
    return rows.map(({ id, body, tries }) => ({ id: String(id), body: String(body), tries: Number(tries) }))
  }

  tried(eventId: string, delivered: boolean): void {
    this.#db
      .prepare('UPDATE event SET tries = tries + 1, delivered = ? WHERE id = ?')
      .run(delivered ? 1 : 0, eventId)
  }

  answerUnder(key: string, nowMs: number): KeptAnswer | undefined {
    const row = this.#db
      .prepare('SELECT answer AS text FROM answer WHERE key = ? AND atMs > ?')
      .get(key, nowMs - keyWindowMs)
    return row && KeptAnswer.parse(parseText(row))
  }

  keepAnswer(key: string, nowMs: number, answer: KeptAnswer): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO answer (key, atMs, answer) VALUES (?, ?, ?)')
      .run(key, nowMs, JSON.stringify(answer))
  }

  keepToken(card: CardToken): void {
    this.#db.prepare('INSERT INTO token (token, card) VALUES (?, ?)').run(card.token, JSON.stringify(card))
  }

  token(token: string): CardToken | undefined {
    const row = this.#db.prepare('SELECT card AS text FROM token WHERE token = ?').get(token)
    return row && CardToken.parse(parseText(row))
  }

  keepLink(link: HostedLink): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO link (id, token, link) VALUES (?, ?, ?)')
      .run(link.id, link.token, JSON.stringify(HostedLink.parse(link)))
  }

  link(by: { readonly id: string } | { readonly token: string }): HostedLink | undefined {
    const [column, value] = 'id' in by ? ['id', by.id] : ['token', by.token]
    const row = this.#db.prepare(`SELECT link AS text FROM link WHERE ${column} = ?`).get(value)
    return row && HostedLink.parse(parseText(row))
  }

  /** False when there was none. */
  forgetToken(token: string): boolean {
    return this.#db.prepare('DELETE FROM token WHERE token = ?').run(token).changes > 0
  }

  close(): void {
    this.#db.close()
  }

  #read(sql: string, ...values: string[]): LedgerLine[] {
    const rows = this.#db.prepare(sql.replace('SELECT line', 'SELECT line AS text')).all(...values)
    return rows.map((row) => LedgerLine.parse(parseText(row)))
  }
}

const parseText = (row: Record<string, unknown>): unknown => JSON.parse(String(row.text))
