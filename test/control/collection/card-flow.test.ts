import { describe, expect, it } from 'vitest'
import { flowOf } from '../../../src/control/collection/card-flow.ts'

describe('the flow of a call', () => {
  it.each([
    ['live, with an agent', { status: 'live', agent: 'joined' }, 'agent'],
    ['live, while the agent reconnects', { status: 'live', agent: 'reconnecting' }, 'agent'],
    ['live, where there never was an agent', { status: 'live', agent: 'left' }, 'selfService'],
    ['ringing, where there will be no agent', { status: 'ringing', agent: 'left' }, 'selfService'],
    ['over, when everybody has left', { status: 'ended', agent: 'left' }, 'agent'],
  ] as const)('%s', (_call, call, flow) => {
    expect(flowOf(call)).toBe(flow)
  })
})
