import { z } from 'zod'
import type { Account } from '../account.ts'
import type { Answer, Dialogue, Move, State, WriteRequest } from '../adapter.ts'
import { applyMapping } from '../mapping.ts'
import { mappingView } from '../mapping-view.ts'
import { call, end, giveUp, parse, recordGone, refused } from '../reading.ts'
import { sameRecord } from '../record-ref.ts'
import { Settings } from './settings.ts'

/**
 *   update ──404──▶ create ──409──▶ update        (somebody was quicker: ourselves, before an answer was lost)
 *     │200             │201
 *     └───────┬────────┘
 *         associate ──▶ (moved: dissociate from the record before) ──▶ done
 */
export const write: Dialogue<WriteRequest> = { open: (request, account) => update(request, account, 0), next }

type Turn = { readonly request: WriteRequest; readonly account: Account }
const mostTurns = 2

function bodyOf(request: WriteRequest, settings: Settings): { properties: object } | string {
  const { values, faults } = applyMapping(request.mapping, mappingView(request))
  if (faults[0]) return `mapping: ${faults[0].field}: ${faults[0].because}`
  return { properties: { ...values, [settings.uniqueProperty]: request.event.data.id } }
}

function update(request: WriteRequest, account: Account, turn: number): Move {
  const settings = Settings.parse(account.settings)
  const body = bodyOf(request, settings)
  if (typeof body === 'string') return giveUp(body)
  const id = encodeURIComponent(request.event.data.id)
  const path = `/crm/v3/objects/${settings.object}/${id}?idProperty=${settings.uniqueProperty}`
  return call('update', { operation: 'update', method: 'PATCH', path, body }, { turn })
}

function create({ request, account }: Turn, turn: number): Move {
  const settings = Settings.parse(account.settings)
  const body = bodyOf(request, settings)
  if (typeof body === 'string') return giveUp(body)
  const path = `/crm/v3/objects/${settings.object}`
  return call('create', { operation: 'create', method: 'POST', path, body }, { turn })
}

function associate({ request, account }: Turn, id: string): Move {
  const { object } = Settings.parse(account.settings)
  const { kind, id: to } = request.record
  const path = `/crm/v4/objects/${object}/${encodeURIComponent(id)}/associations/default/${kind}/${encodeURIComponent(to)}`
  return call('associate', { operation: 'associate', method: 'PUT', path }, { id })
}

function dissociate({ request, account }: Turn, id: string): Move {
  const { object } = Settings.parse(account.settings)
  const from = request.written?.record ?? request.record
  const path = `/crm/v4/objects/${object}/${encodeURIComponent(id)}/associations/${from.kind}/${encodeURIComponent(from.id)}`
  return call('dissociate', { operation: 'dissociate', method: 'DELETE', path }, { id })
}

const Written = z.looseObject({ id: z.string() })

function next(state: State, answer: Answer, turn: Turn): Move {
  switch (state.at) {
    case 'update':
      if (answer.status === 404) return create(turn, Number(state.data.turn))
      return withId(answer, turn, 'update')
    case 'create':
      if (answer.status === 409)
        return Number(state.data.turn) < mostTurns
          ? update(turn.request, turn.account, Number(state.data.turn) + 1)
          : end({ kind: 'retry', because: 'created and not found in turn' })
      return withId(answer, turn, 'create')
    case 'associate': {
      // A contact that was deleted or merged away cannot be associated with.
      if (answer.status === 404 || answer.status === 400) return recordGone
      if (answer.status >= 300) return refused('associate', answer)
      const moved = turn.request.written && !sameRecord(turn.request.written.record, turn.request.record)
      return moved ? dissociate(turn, String(state.data.id)) : done(state, turn)
    }
    case 'dissociate':
      return answer.status < 300 || answer.status === 404 ? done(state, turn) : refused('dissociate', answer)
    default:
      throw new Error('a state that this adapter did not write')
  }
}

function withId(answer: Answer, turn: Turn, operation: string): Move {
  const written = answer.status < 300 ? parse(Written, answer) : undefined
  return written ? associate(turn, written.id) : refused(operation, answer)
}

function done(state: State, { request }: Turn): Move {
  return end({ kind: 'done', written: { record: request.record, refs: { id: String(state.data.id) } } })
}
