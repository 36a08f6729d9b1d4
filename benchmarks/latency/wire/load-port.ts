import type { Distribution } from '../distribution.ts'

/** A leg that the bridge expects. */
export type LegPlan = {
  readonly callId: string
  readonly role: 'caller' | 'agent'
  readonly token: string
}

/** benchmark → load generator. The next is asked for only after the answer to the last. */
export type ToLoad =
  /** Legs in pairs: a call's caller, then its agent. */
  | {
      readonly do: 'open'
      readonly url: string
      readonly signature: string
      readonly legs: readonly LegPlan[]
    }
  | { readonly do: 'measure'; readonly seconds: number }

export type DirectionResult = {
  /** From the moment a frame is given to the socket to the moment the other party's socket gives it. */
  readonly addedMs: Distribution
  readonly sent: number
  readonly lost: number
  /** Frames that came, but replaced by the mask: not timed. */
  readonly replaced: number
}

export type LoadResult = {
  readonly callerToAgent: DirectionResult
  readonly agentToCaller: DirectionResult
  /** How late the generator itself was with each frame: above a few ms, it is part of what was measured. */
  readonly generatorLateMs: Distribution
  /** Share of a core that the generator used. */
  readonly generatorCpu: number
  readonly streamsLost: number
}

/** load generator → benchmark. */
export type FromLoad =
  | { readonly did: 'open' }
  | { readonly did: 'measure'; readonly result: LoadResult }
  | { readonly did: 'fail'; readonly message: string }
