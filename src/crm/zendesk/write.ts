import { z } from 'zod'
import type { RecordRef } from '../../contracts/connections.ts'
import type { Account } from '../account.ts'
import type { Answer, Dialogue, Move, State, WriteRequest } from '../adapter.ts'
import { applyMapping } from '../mapping.ts'
import { mappingView } from '../mapping-view.ts'
import { call, end, giveUp, parse, recordGone, refused } from '../reading.ts'
import { sameRecord, writeRecordRef } from '../record-ref.ts'

/**
 * A comment cannot be written twice under one key, so that it is looked for first. The order makes that certain: the
 * ticket's time stamp is read before its comments, and the update only takes effect on a ticket with that stamp. A
 * comment of ours whose answer was lost changes the stamp: the update is refused (409) and the look repeated.
 *
 *   read ticket ──▶ read comments ──ours is there──▶ done
 *        ▲                └──▶ update (safe) ──409──┐
 *        └─────────────────────────────────────────┘
 *
 * A payment that moves to another ticket leaves a comment on the ticket before, whose custom fields are emptied.
 */
export const write: Dialogue<WriteRequest> = {
  open(request) {
    const { written, record } = request
    return written && !sameRecord(written.record, record)
      ? readTicket('leave', written.record, 0)
      : readTicket('arrive', record, 0)
  },
  next,
}

type Turn = { readonly request: WriteRequest; readonly account: Account }
/** On which ticket: the one that the payment leaves, or the one that it arrives at. */
type Errand = 'leave' | 'arrive'
const mostTurns = 3

const ticketPath = ({ id }: RecordRef, rest = '.json') => `/api/v2/tickets/${encodeURIComponent(id)}${rest}`

function readTicket(errand: Errand, record: RecordRef, turn: number): Move {
  return call(
    'ticket',
    { operation: 'read-ticket', method: 'GET', path: ticketPath(record) },
    { errand, turn },
  )
}

function readComments({ data }: State, record: RecordRef, stamp: string): Move {
  const path = ticketPath(record, '/comments.json?sort_order=desc&page[size]=100')
  return call('comments', { operation: 'read-comments', method: 'GET', path }, { ...data, stamp })
}

function update({ data }: State, turn: Turn, record: RecordRef): Move {
  const text = commentOf(turn.request, data.errand as Errand)
  if ('fault' in text) return giveUp(text.fault)
  const ticket = {
    comment: { body: `${text.body}\n\n${markOf(turn.request, data.errand as Errand)}`, public: false },
    ...(text.fields.length > 0 ? { custom_fields: text.fields } : {}),
    safe_update: true,
    updated_stamp: data.stamp,
  }
  const order = {
    operation: 'update-ticket',
    method: 'PUT',
    path: ticketPath(record),
    body: { ticket },
  } as const
  return call('update', order, data)
}

type Comment =
  | {
      readonly body: string
      readonly fields: readonly { id: number; value: string | number | boolean | null }[]
    }
  | { readonly fault: string }

/** Fields that are numbers are custom fields of the ticket; `comment` is the comment. */
function commentOf(request: WriteRequest, errand: Errand): Comment {
  const { values, faults } = applyMapping(request.mapping, mappingView(request))
  if (faults[0]) return { fault: `mapping: ${faults[0].field}: ${faults[0].because}` }
  const custom = Object.entries(values).filter(([field]) => /^\d+$/.test(field))
  if (errand === 'leave') {
    const body = `The payment ${request.event.data.id} was recorded here by mistake, and belongs to ${writeRecordRef(request.record)}.`
    return { body, fields: custom.map(([id]) => ({ id: Number(id), value: null })) }
  }
  if (values.comment === undefined) return { fault: 'mapping: comment: it is missing or empty' }
  return { body: String(values.comment), fields: custom.map(([id, value]) => ({ id: Number(id), value })) }
}

/** What our own comment is known by. */
function markOf({ eventId }: WriteRequest, errand: Errand): string {
  return `[tonewall ${eventId}${errand === 'leave' ? ' moved' : ''}]`
}

const Ticket = z.looseObject({ ticket: z.looseObject({ updated_at: z.string(), status: z.string() }) })
const Comments = z.looseObject({
  comments: z.array(z.looseObject({ plain_body: z.string().optional(), body: z.string() })),
})

function next(state: State, answer: Answer, turn: Turn): Move {
  const errand = state.data.errand as Errand
  const { written, record: arriving } = turn.request
  const record = errand === 'leave' && written ? written.record : arriving
  if (answer.status === 404 && state.at !== 'update')
    // What is left behind on a ticket that is gone needs no comment.
    return errand === 'leave' ? readTicket('arrive', arriving, 0) : recordGone
  switch (state.at) {
    case 'ticket': {
      const ticket = answer.status === 200 ? parse(Ticket, answer)?.ticket : undefined
      if (!ticket) return refused('read-ticket', answer)
      if (ticket.status === 'closed')
        return errand === 'leave' ? readTicket('arrive', arriving, 0) : recordGone
      return readComments(state, record, ticket.updated_at)
    }
    case 'comments': {
      const comments = answer.status === 200 ? parse(Comments, answer)?.comments : undefined
      if (!comments) return refused('read-comments', answer)
      const mark = markOf(turn.request, errand)
      return comments.some(({ body }) => body.includes(mark))
        ? over(errand, turn)
        : update(state, turn, record)
    }
    case 'update':
      if (answer.status === 200) return over(errand, turn)
      if (answer.status !== 409) return refused('update-ticket', answer)
      return Number(state.data.turn) < mostTurns
        ? readTicket(errand, record, Number(state.data.turn) + 1)
        : end({ kind: 'retry', because: 'the ticket is being changed by others', afterMs: 10_000 })
    default:
      throw new Error('a state that this adapter did not write')
  }
}

function over(errand: Errand, { request }: Turn): Move {
  if (errand === 'leave') return readTicket('arrive', request.record, 0)
  return end({ kind: 'done', written: { record: request.record, refs: { eventId: request.eventId } } })
}
