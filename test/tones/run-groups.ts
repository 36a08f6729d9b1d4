import type { Attacker } from './attackers.ts'
import { eitherGroups } from './groups/either.ts'
import type { Group, GroupContext } from './groups/group.ts'
import { mustHearGroups } from './groups/must-hear.ts'
import { mustRejectGroups } from './groups/must-reject.ts'
import { heardUnarmed, throughEngine } from './listen.ts'
import { Random } from './random.ts'
import { makeScene, type Scene } from './scene.ts'
import { type HearingScore, noHearing, scoreHearing } from './score-hearing.ts'
import { type MaskingScore, noMasking, scoreMasking } from './score-masking.ts'

export type GroupResult = {
  readonly group: Group
  readonly hearing: HearingScore
  readonly masking: MaskingScore
  /** What went wrong, with what is needed to make it again. */
  readonly faults: string[]
}

export function allGroups(context: GroupContext): Group[] {
  return [...mustHearGroups(context), ...mustRejectGroups(), ...eitherGroups(context)]
}

export type SceneName = { readonly seed: number; readonly plan: number; readonly round: number }

/** The same scene for the same seed, whatever else a run contains. */
export function sceneOf(group: Group, { seed, plan, round }: SceneName): Scene {
  return makeScene(group.plans[plan]!, Random.for(seed, `${group.name} ${plan} ${round}`))
}

export type RunOptions = {
  readonly seed: number
  readonly rounds: number
  readonly attackers: readonly Attacker[]
}

export function runGroup(group: Group, { seed, rounds, attackers }: RunOptions): GroupResult {
  const hearing = noHearing()
  const masking = noMasking()
  const faults: string[] = []
  for (let round = 0; round < rounds; round++) {
    for (let plan = 0; plan < group.plans.length; plan++) {
      const scene = sceneOf(group, { seed, plan, round })
      const { heard, output } = throughEngine(scene)
      // The engine listens in two ways, and has to hear the same.
      const found = [
        ...scoreHearing(scene, heard, hearing),
        ...scoreHearing(scene, heardUnarmed(scene), hearing).map((fault) => `not armed: ${fault}`),
      ]
      if (group.readable) found.push(...scoreMasking(scene, output, masking, attackers))
      faults.push(...found.map((fault) => `plan ${plan}, round ${round}: ${fault}`))
    }
  }
  return { group, hearing, masking, faults }
}
