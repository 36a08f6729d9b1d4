import type { Answer, Dialogue, DialogueEvent, Question, Turn } from './dialogue.ts'
import type { Step, StepOf } from './flow-steps.ts'

/** How a dialogue goes from one step to another: given to the steps, for each may lead to any. */
export type Go = (dialogue: Dialogue, step: string) => Turn

/** One kind of step: what happens when it begins, when its question is answered, and when anything else happens in it. */
export type StepKind<D extends Step['do']> = {
  readonly enter: (dialogue: Dialogue, step: StepOf<D>, go: Go) => Turn
  readonly answered?: (
    dialogue: Dialogue,
    step: StepOf<D>,
    given: { readonly question: Question; readonly answer: Answer; readonly go: Go },
  ) => Turn
  /** Undefined: it means nothing here. */
  readonly on?: (
    dialogue: Dialogue,
    step: StepOf<D>,
    given: { readonly event: DialogueEvent; readonly go: Go },
  ) => Turn | undefined
}
