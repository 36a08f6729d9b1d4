import type { G711Law } from '../../dsp/tone-channel.ts'
import { gate, int, type LegNumbers } from '../leg-numbers.ts'
import { payloadTypes } from './rtp-sender.ts'

export type LegState = {
  /** Of the call. */
  readonly law: G711Law
  /** In a call that goes on, and nothing of it is encrypted. */
  readonly isPlain: boolean
  /** It is known who speaks, and in the call's law. */
  readonly speaks: boolean
  /** Wants to hear the other, in the call's law. */
  readonly hears: boolean
}

/** Regular packets take the straight way only where nothing has to be decrypted, converted, asked or kept back. */
export function setLegGates(numbers: LegNumbers, { law, isPlain, speaks, hears }: LegState): void {
  numbers.setGate('gatesIn', gate.leg, !(isPlain && speaks))
  numbers.setGate('gatesOut', gate.leg, !(isPlain && hears))
  numbers.ints[numbers.at + int.kindOut] = payloadTypes[law]
}
