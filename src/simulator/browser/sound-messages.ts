import type { Key } from '../../dsp/dtmf-keypad.ts'

/** page → audio thread */
export type ToSound =
  | { readonly type: 'hear'; readonly octets: Uint8Array }
  | { readonly type: 'press'; readonly key: Key; readonly held: boolean }
  | { readonly type: 'let-go' }
  /** The call is over: keys that wait, and what was not heard yet, belong to it. */
  | { readonly type: 'clear' }
  /** The canned voice; an empty list is silence. */
  | { readonly type: 'speak'; readonly sentences: readonly Uint8Array[] }

/** audio thread → page */
export type FromSound =
  /** 20 ms on their way to the network. */
  { readonly type: 'frame'; readonly octets: Uint8Array } | { readonly type: 'key-ended'; readonly key: Key }
