import type { KeyReport } from '../../../src/simulator/handset-protocol.ts'

/** How the callers key. */
export type Keying = {
  readonly toneMs: number
  /** Silence between two keys, in ms. */
  readonly gapMs: number
  readonly report: KeyReport
}

/** benchmark → the people's process, once, on its standard input. */
export type PeoplePlan = Keying & {
  readonly controlUrl: string
  readonly apiKey: string
  readonly simulatorUrl: string
  readonly calls: number
  /** Payments of each call, one after the other. */
  readonly rounds: number
}

/** A key as the caller pressed it; times of the clock that the machine's processes share, in ms. */
export type PressReport = {
  readonly paymentId: string
  readonly field: string
  /** Which of the field's digits, from 1. */
  readonly nth: number
  /** When the frame that holds the tone's first sample left the phone, and the one that holds its last. */
  readonly downMs: number
  readonly upMs: number
}

export type PaymentReport = {
  readonly paymentId: string
  readonly status: string
  /** What went wrong when it was not captured. */
  readonly because: string | null
}

/** the people's process → benchmark, over the IPC channel. */
export type FromPeople =
  | { readonly did: 'dialled' }
  | {
      readonly did: 'finish'
      readonly presses: readonly PressReport[]
      readonly payments: readonly PaymentReport[]
      /** Calls that never came up. */
      readonly notConnected: number
      readonly loopLateP99Ms: number
    }
  | { readonly did: 'fail'; readonly message: string }

/** benchmark → the people's process: all are talking, and begin to pay. */
export type ToPeople = { readonly do: 'pay' }
