import type { LegKeys } from './call-keys.ts'
import { SrtpReceiver, type SrtpReceiverOptions } from './srtp-receiver.ts'
import { SrtpSender } from './srtp-sender.ts'
import { isSameKeying } from './suite.ts'

export type LegCipherOptions = Pick<SrtpReceiverOptions, 'rollovers' | 'onRollover'>

/** Both directions of one encrypted leg. */
export class LegCipher {
  readonly receiver: SrtpReceiver
  readonly sender: SrtpSender

  /** A key that is told again goes on counting where it was (RFC 4568 §7.1.4); a new one begins anew. */
  constructor(keys: LegKeys, before: LegCipher | undefined, options: LegCipherOptions) {
    this.receiver =
      before && isSameKeying(before.receiver.keying, keys.theirs)
        ? before.receiver
        : new SrtpReceiver({ keying: keys.theirs, ...options })
    this.sender =
      before && isSameKeying(before.sender.keying, keys.ours) ? before.sender : new SrtpSender(keys.ours)
  }
}
