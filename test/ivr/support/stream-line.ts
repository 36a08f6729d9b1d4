import { connectHandset, type Handset } from '../../../src/simulator/handset.ts'
import { HandsetKey, type KeyReport } from '../../../src/simulator/handset-protocol.ts'
import type { CallerLine } from './hearing-caller.ts'

export type StreamLineOptions = {
  /** The simulated network. */
  readonly url: string
  readonly from: string
  readonly to: string
  /** How keys are told: by tone, by the provider's message, or both. */
  readonly report?: KeyReport
}

/** A telephone in the simulated network, whose audio comes to the platform as a WebSocket media stream. */
export class StreamLine implements CallerLine {
  readonly handset: Handset
  /** The number that calls. */
  readonly from: string
  readonly #report: KeyReport

  private constructor(handset: Handset, from: string, report: KeyReport) {
    this.handset = handset
    this.from = from
    this.#report = report
  }

  static async dial({ url, from, to, report = 'both' }: StreamLineOptions): Promise<StreamLine> {
    const handset = await connectHandset({ url, role: { kind: 'caller', from, to } })
    await handset.reached('start')
    return new StreamLine(handset, from, report)
  }

  get open(): boolean {
    return this.handset.open
  }

  get length(): number {
    return this.handset.heard.length
  }

  pcm(): Int16Array {
    return this.handset.heard.toPcm()
  }

  async press(key: string): Promise<void> {
    await this.handset.press(HandsetKey.parse(key), { toneMs: 80, gapMs: 70, report: this.#report })
  }

  async hangUp(): Promise<void> {
    await this.handset.hangUp()
  }
}
