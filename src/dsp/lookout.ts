import type { ComfortNoise } from './comfort-noise.ts'
import type { DtmfDetector } from './dtmf-detector.ts'
import type { MaskPlan } from './mask-plan.ts'
import { stirLimits } from './stir-limits.ts'
import type { Suspicion } from './suspicion.ts'
import type { ToneSpectrum } from './tone-spectrum.ts'

/** The floor of the line is learned every 10 ms, from what is certainly no tone. */
const hopsOfFloor = 5

export type LookoutOptions = {
  readonly spectrum: ToneSpectrum
  readonly detector: DtmfDetector
  readonly suspicion: Suspicion
  readonly plan: MaskPlan
  readonly noise: ComfortNoise
}

/** Passes over hops in which nothing stirs, on a line on which nothing was going on before them. */
export class Lookout {
  readonly #o: LookoutOptions

  constructor(options: LookoutOptions) {
    this.#o = options
  }

  /** Where nobody is masked: moves on by at most `most` hops, up to the first that a press could begin with. Returns how many. */
  awaitPress(most: number): number {
    const { spectrum, detector } = this.#o
    for (let hops = 0; hops < most; hops++) {
      hops += this.#advance(spectrum.restHops(stirLimits, most - hops))
      if (hops === most) break
      spectrum.advance()
      if (spectrum.matters && detector.stirs) {
        spectrum.advance(-1)
        return hops
      }
      this.learnFloor()
    }
    return most
  }

  /** Where the line is masked: as `awaitPress`, up to the first in which anything could be suspected too. */
  awaitSuspect(most: number): number {
    const { spectrum, detector, suspicion, plan } = this.#o
    for (let hops = 0; hops < most; hops++) {
      hops += this.#advance(spectrum.calmHops(stirLimits, plan.mostPrior, most - hops))
      if (hops === most) break
      spectrum.advance()
      if (detector.stirs || suspicion.stirs(plan.prior)) {
        spectrum.advance(-1)
        return hops
      }
      this.learnFloor()
    }
    return most
  }

  /** To be called after each hop that holds no tone for certain. */
  learnFloor(): void {
    const { spectrum, noise } = this.#o
    if ((spectrum.hops | 0) % hopsOfFloor === 0) noise.learn(spectrum.power(hopsOfFloor))
  }

  /** Moves on by `hops`, learning from them. */
  #advance(hops: number): number {
    const { spectrum } = this.#o
    let left = hops
    for (let to = hopsOfFloor - ((spectrum.hops | 0) % hopsOfFloor); to <= left; to = hopsOfFloor) {
      spectrum.advance(to)
      left -= to
      this.learnFloor()
    }
    spectrum.advance(left)
    return hops
  }
}
