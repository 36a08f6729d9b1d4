import path from 'node:path'
import { expect, it } from 'vitest'
import { silentLog } from '../../../src/base/log.ts'
import type { BridgeClient } from '../../../src/control/clients/bridge-client.ts'
import type { CallerBills } from '../../../src/control/ivr/caller-bills.ts'
import type { CallerPayment } from '../../../src/control/ivr/caller-payment.ts'
import { Conversation } from '../../../src/control/ivr/conversation.ts'
import { readFlow } from '../../../src/control/ivr/read-flow.ts'
import type { DialogueEvent } from '../../../src/ivr/dialogue.ts'
import { begin } from '../../../src/ivr/machine.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const flow = readFlow(path.resolve('config', 'flows', 'payment-line.yaml'))

/** A caller in the menu after a payment, and what the bridge was told to play. */
async function atMenu() {
  const clock = new ManualClock()
  const plays: { readonly playId: string; readonly audio: readonly { readonly id: string }[] }[] = []
  const bridge = {
    call: async (name: string, order: (typeof plays)[number]) => {
      if (name === 'play') plays.push(order)
      return {}
    },
  }
  const conversation = new Conversation({
    ...{ callId: 'call_1', merchantId: 'mer_1', from: '+447700900123', first: begin(flow, 'help') },
    ...{ clock, log: silentLog, bridge: bridge as unknown as BridgeClient },
    ...{ bills: {} as CallerBills, payment: {} as CallerPayment },
    ...{ callAgent: async () => {}, sendLink: async () => {}, hangUp: () => {}, onOver: () => {} },
  })
  await clock.turn(1)
  conversation.played(plays[0]!.playId, 'finished')
  return { clock, plays, conversation }
}

it.each<DialogueEvent>([
  { type: 'card-ended', why: 'caller-cancelled' },
  { type: 'agent-missed' },
  { type: 'looked-up', bill: null },
  { type: 'field-asked', field: 'pan', brand: null },
  { type: 'paid', outcome: { is: 'unknown' } },
])('silence is still noticed when $type comes late, and says nothing to the question', async (late) => {
  const { clock, plays, conversation } = await atMenu()
  await clock.turn(3_000)
  conversation.on(late)
  await clock.turn(flow.answerSeconds * 1_000 - 2_000)
  expect(plays).toHaveLength(2)
  expect(plays[1]!.audio.map((ref) => JSON.stringify(ref)).join()).toContain('silence')
})
