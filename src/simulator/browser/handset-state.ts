import type { ToHandset } from '../handset-protocol.ts'

type StopReason = Extract<ToHandset, { event: 'stop' }>['stop']['reason']

/**
 * The call as the caller's phone shows it.
 *
 *   idle → dialling → ringing → answered → talking ⇄ reconnecting
 *     ↑        └─────────┴─────────┴──────────┴──→ over ──→ dialling …
 */
export type HandsetState = {
  readonly at: 'idle' | 'dialling' | 'ringing' | 'answered' | 'talking' | 'reconnecting' | 'over'
  /** Why the last call ended; `line-lost` when the carrier went away without a word. */
  readonly why: StopReason | 'line-lost' | 'no-sound' | null
  readonly to: string | null
  /** Keys that were sounded in this call. */
  readonly keysSounded: number
}

export type HandsetAction =
  | { readonly type: 'dialled' }
  | { readonly type: 'heard'; readonly message: ToHandset }
  | { readonly type: 'key-sounded' }
  | { readonly type: 'hung-up' }
  | { readonly type: 'closed' }
  | { readonly type: 'sound-failed' }

export const firstHandsetState: HandsetState = { at: 'idle', why: null, to: null, keysSounded: 0 }

export function isInCall(state: HandsetState): boolean {
  return state.at !== 'idle' && state.at !== 'over'
}

export function reduceHandset(state: HandsetState, action: HandsetAction): HandsetState {
  switch (action.type) {
    case 'dialled':
      return { ...firstHandsetState, at: 'dialling' }
    case 'key-sounded':
      return { ...state, keysSounded: state.keysSounded + 1 }
    case 'hung-up':
      return isInCall(state) ? { ...state, at: 'over', why: 'hung-up-here' } : state
    case 'closed':
      return isInCall(state) ? { ...state, at: 'over', why: 'line-lost' } : state
    case 'sound-failed':
      return { ...state, at: 'over', why: 'no-sound' }
    case 'heard':
      return isInCall(state) ? onMessage(state, action.message) : state
  }
}

function onMessage(state: HandsetState, message: ToHandset): HandsetState {
  switch (message.event) {
    case 'state':
      return { ...state, at: message.state, to: message.to }
    case 'start':
      return { ...state, at: 'talking' }
    case 'stop':
      return { ...state, at: 'over', why: message.stop.reason }
    default:
      return state
  }
}

const endings: Readonly<Record<NonNullable<HandsetState['why']>, string>> = {
  'hung-up-here': 'You hung up.',
  'hung-up-by-platform': 'The other side hung up.',
  rejected: 'The call was rejected.',
  busy: 'The line is busy.',
  'no-answer': 'Nobody answered.',
  failed: 'The call failed.',
  'carrier-stopping': 'The phone network is shutting down.',
  'line-lost': 'The connection to the phone network was lost.',
  'no-sound': 'This browser gave no sound device to the phone.',
}

export function handsetWords({ at, why }: HandsetState): string {
  switch (at) {
    case 'idle':
      return 'Ready to call'
    case 'dialling':
      return 'Dialling…'
    case 'ringing':
      return 'Ringing…'
    case 'answered':
      return 'Answered, connecting sound…'
    case 'talking':
      return 'Connected'
    case 'reconnecting':
      return 'Reconnecting…'
    case 'over':
      return why === null ? 'Call ended.' : endings[why]
  }
}
