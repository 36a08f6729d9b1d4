import type { OfficeDesk } from '../../src/sandbox/office/office-server.ts'
import type { OfficeTokens } from '../../src/sandbox/office/office-tokens.ts'
import type { OfficeAnswer, OfficeRequest } from '../../src/sandbox/office/office-wire.ts'
import type { RequestCounter } from '../../src/sandbox/office/request-counter.ts'

type Ticket = {
  readonly id: number
  status: string
  updated_at: string
  readonly comments: { readonly body: string; readonly public: boolean }[]
  readonly fields: Map<number, unknown>
}
type Update = {
  readonly ticket: {
    readonly comment: { readonly body: string; readonly public: boolean }
    readonly custom_fields?: readonly { readonly id: number; readonly value: unknown }[]
    readonly safe_update?: boolean
    readonly updated_stamp?: string
  }
}

/**
 * Zendesk where we use it: comments that are never told apart by a key, and updates that are refused when the ticket
 * has changed since it was read; a limit of requests in a minute.
 * Public documentation: https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/ and …/ticket_comments/;
 * …/api-reference/introduction/rate-limits/ (X-Rate-Limit-Remaining).
 */
export class ZendeskStandIn implements OfficeDesk {
  readonly tokens: OfficeTokens
  counter: RequestCounter
  readonly tickets = new Map<number, Ticket>()
  /** Called when a ticket was read, before anything else: where another agent may write. */
  onRead: (ticket: Ticket) => void = () => {}
  #count = 0
  #stamps = 0

  constructor(tokens: OfficeTokens, counter: RequestCounter) {
    this.tokens = tokens
    this.counter = counter
  }

  owns(pathname: string): boolean {
    return pathname.startsWith('/api/v2/')
  }

  addTicket(): number {
    const id = ++this.#count
    this.tickets.set(id, { id, status: 'open', updated_at: this.#stamp(), comments: [], fields: new Map() })
    return id
  }

  write(ticket: Ticket, body: string, isPublic = false): void {
    ticket.comments.push({ body, public: isPublic })
    ticket.updated_at = this.#stamp()
  }

  answer({ method, url, body }: OfficeRequest): OfficeAnswer {
    const [, id = '', rest] = /^\/api\/v2\/tickets\/(\d+)(\/comments)?\.json$/.exec(url.pathname) ?? []
    const ticket = this.tickets.get(Number(id))
    if (!ticket) return { status: 404, body: { error: 'RecordNotFound' } }
    if (method === 'PUT') return this.#update(ticket, body as Update)
    if (rest) return { status: 200, body: { comments: ticket.comments } }
    const answer = {
      status: 200,
      body: { ticket: { id: ticket.id, status: ticket.status, updated_at: ticket.updated_at } },
    }
    this.onRead(ticket)
    return answer
  }

  #update(ticket: Ticket, { ticket: change }: Update): OfficeAnswer {
    if (change.safe_update && change.updated_stamp !== ticket.updated_at)
      return { status: 409, body: { error: 'UpdateConflict' } }
    for (const { id, value } of change.custom_fields ?? []) ticket.fields.set(id, value)
    this.write(ticket, change.comment.body, change.comment.public)
    return { status: 200, body: { ticket: { id: ticket.id } } }
  }

  #stamp(): string {
    return new Date(1_760_000_000_000 + ++this.#stamps * 1_000).toISOString()
  }
}
