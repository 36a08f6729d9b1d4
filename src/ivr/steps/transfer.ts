import { play, saying } from '../dialogue.ts'
import { say } from '../speech/speak.ts'
import type { StepKind } from '../step-kind.ts'

/** The caller is told first; then the agent's telephone rings. */
export const transfer: StepKind<'transfer'> = {
  enter(dialogue) {
    const said = play(dialogue, [say(dialogue.locale, 'transfer')], { bargeIn: false })
    return {
      dialogue: { ...said.dialogue, mode: { is: 'transferring', stage: 'talking' } },
      effects: [{ do: 'stop-waiting' }, { do: 'drop-keys' }, ...said.effects],
    }
  },
  on(dialogue, step, { event, go }) {
    const { mode } = dialogue
    if (mode.is !== 'transferring') return undefined
    switch (event.type) {
      case 'played':
        if (mode.stage !== 'talking') return undefined
        return {
          dialogue: { ...dialogue, mode: { is: 'transferring', stage: 'ringing' } },
          effects: [{ do: 'transfer', to: step.to, card: step.card }],
        }
      case 'agent-missed':
        return go(saying(dialogue, 'transfer.failed'), step.failed)
      default:
        return undefined
    }
  },
}
