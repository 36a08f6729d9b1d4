import type { ControlProcess } from './control-process.ts'
import type { Peers } from './peers.ts'
import type { PeerMoment, Point } from './points.ts'

/** Kills control at the point that a run names, and at no other. */
export class Killer {
  readonly #control: ControlProcess
  readonly #peers: Peers
  #killAt: PeerMoment | undefined

  constructor(control: ControlProcess, peers: Peers) {
    this.#control = control
    this.#peers = peers
  }

  /** The run comes to this step: from here on the point counts, when it is one of it. */
  arm(point: Point, step: Point['from']): void {
    if (point.from !== step) return
    if ('after' in point) {
      this.#control.killAfter(point.after)
      return
    }
    this.#killAt = point.when
    this.#peers.onMoment = (moment) => this.at(moment)
  }

  at(moment: PeerMoment): void {
    if (this.#killAt !== moment) return
    this.#killAt = undefined
    this.#control.kill()
  }

  disarm(): void {
    this.#killAt = undefined
  }
}
