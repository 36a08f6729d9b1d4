import type { CallResource } from '../contracts/desk-port.ts'
import type { DeskState } from './state.ts'

export type Trouble = { readonly title: string; readonly advice: string }

/** What keeps the platform from taking payments, or null. */
export function platformTrouble({
  stream,
  platform,
}: Pick<DeskState, 'stream' | 'platform'>): Trouble | null {
  if (stream === 'lost' || stream === 'checking') {
    return {
      title: 'Reconnecting to the platform.',
      advice: 'What you see may be out of date. Ask the caller to wait with keying.',
    }
  }
  if (!platform) return null
  const vault = platform.vault === 'down'
  const bridge = platform.bridge === 'down'
  if (vault && bridge) {
    return {
      title: 'Payments are not possible now.',
      advice:
        'The phone connection and the card vault are not available. This page will say when they are back.',
    }
  }
  if (vault) {
    return {
      title: 'Payments are not possible now.',
      advice: 'The card vault is not available. Calls go on; this page will say when it is back.',
    }
  }
  if (bridge) {
    return {
      title: 'Payments are not possible now.',
      advice:
        'The phone connection is not available. Calls may be silent; this page will say when it is back.',
    }
  }
  return null
}

/** Why "Take payment" cannot be pressed for this call, in one sentence, or null when it can. */
export function whyNoPayment(
  state: Pick<DeskState, 'stream' | 'platform'>,
  call: CallResource,
): string | null {
  const trouble = platformTrouble(state)
  if (trouble) return `${trouble.title} ${trouble.advice}`
  if (state.stream === 'connecting' || !state.platform) return 'Connecting to the platform…'
  if (call.status === 'ended') return 'The call has ended.'
  if (call.status === 'ringing' || call.caller === 'ringing') return 'The call is not connected yet.'
  if (call.caller === 'reconnecting') return "The caller's line is reconnecting."
  if (call.caller === 'left') return 'The caller has left.'
  return null
}
