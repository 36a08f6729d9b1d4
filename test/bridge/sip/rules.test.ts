import { describe, expect, it } from 'vitest'
import { callerSide, type PartyHints, roleOf } from '../../../src/bridge/sip/party-rule.ts'
import { mayBegin, type SourceRule } from '../../../src/bridge/sip/source-rule.ts'

describe('who the caller is', () => {
  const rule = { callerInterface: 'external', callerOtherwise: 'offerer' } as const
  const table: readonly (readonly [string, PartyHints, 'offerer' | 'answerer'])[] = [
    ['is who is labelled so', { labels: { answerer: 'caller' }, direction: [] }, 'answerer'],
    ['is the counterpart of the agent', { labels: { offerer: 'agent' }, direction: [] }, 'answerer'],
    [
      'is by the label, whatever the interfaces',
      { labels: { offerer: 'caller' }, direction: ['internal', 'external'] },
      'offerer',
    ],
    ['is who comes from outside', { labels: {}, direction: ['external', 'internal'] }, 'offerer'],
    ['is who is called outside', { labels: {}, direction: ['internal', 'external'] }, 'answerer'],
    [
      'is as the rule says between two outside',
      { labels: {}, direction: ['external', 'external'] },
      'offerer',
    ],
    ['is as the rule says for names it does not know', { labels: {}, direction: ['a', 'b'] }, 'offerer'],
    ['is as the rule says when nothing is told', { labels: { offerer: 'pbx' }, direction: [] }, 'offerer'],
  ]

  it.each(table)('%s', (_, hints, side) => {
    expect(callerSide(hints, rule)).toBe(side)
    expect(roleOf(side, callerSide(hints, rule))).toBe('caller')
  })

  it('is the other side where the rule says so', () => {
    const outbound = { ...rule, callerOtherwise: 'answerer' } as const
    expect(callerSide({ labels: {}, direction: [] }, outbound)).toBe('answerer')
  })
})

describe('whose packets open the way', () => {
  const described = { address: '192.0.2.1', port: 4_000 }
  const alsoFrom = '198.51.100.7'
  const senders = {
    'the described address and port': described,
    'the described address, another port': { ...described, port: 4_002 },
    'where the signalling came from': { address: alsoFrom, port: 4_000 },
    'a stranger': { address: '203.0.113.9', port: 4_000 },
  }
  const table: readonly (readonly [SourceRule, readonly boolean[]])[] = [
    ['strict', [true, false, false, false]],
    ['address', [true, true, true, false]],
    ['first', [true, true, true, true]],
  ]

  it.each(table)('by the rule %s', (rule, expected) => {
    const found = Object.values(senders).map((from) => mayBegin(rule, from, { described, alsoFrom }))
    expect(found).toEqual(expected)
  })
})
