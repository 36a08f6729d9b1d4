import type { Step } from './flow-steps.ts'

type Drawn = {
  readonly start: string
  readonly cancelled: string
  readonly interrupted: string
  readonly steps: Readonly<Record<string, Step>>
}
type Fault = { readonly path: PropertyKey[]; readonly message: string }

/** Where a step can lead, by the key that says so. */
export function waysOf(step: Step): [key: string, target: string][] {
  if (step.do === 'menu') {
    const choices = Object.entries(step.choices).map(([key, target]): [string, string] => [
      `choices.${key}`,
      target,
    ])
    return [...choices, ['failed', step.failed]]
  }
  const keys = [
    ...(['next', 'several', 'another', 'approved', 'declined', 'unknown'] as const),
    ...(['cancelled', 'agent', 'failed'] as const),
  ]
  const named = step as unknown as Readonly<Record<string, string | undefined>>
  return keys.flatMap((key): [string, string][] => (named[key] === undefined ? [] : [[key, named[key]]]))
}

/** What is wrong with a flow beyond its shape: names without a step, ways that lead nowhere, cards that nobody charges. */
export function flowFaults(flow: Drawn): Fault[] {
  const faults: Fault[] = []
  const names = Object.keys(flow.steps)
  const known = (path: PropertyKey[], name: string) => {
    if (!(name in flow.steps)) faults.push({ path, message: `one of the flow’s steps: ${names.join(', ')}` })
  }
  for (const key of ['start', 'cancelled', 'interrupted'] as const) known([key], flow[key])
  for (const [name, step] of Object.entries(flow.steps)) {
    for (const [key, target] of waysOf(step)) known(['steps', name, ...key.split('.')], target)
    if ((step.do === 'card' || step.do === 'stored-card') && flow.steps[step.next]?.do !== 'pay')
      faults.push({
        path: ['steps', name, 'next'],
        message: 'a step that pays: a card is not kept for anything else',
      })
    if (step.do === 'identify' && step.several !== undefined && typeof step.lookup !== 'object')
      faults.push({
        path: ['steps', name, 'several'],
        message: 'left out where no connected system is asked: a URL answers with one bill',
      })
    if (step.do === 'identify' && step.digits.min > step.digits.max)
      faults.push({ path: ['steps', name, 'digits', 'min'], message: 'at most digits.max' })
    if (step.do === 'amount' && step.change && step.change.minMinor > step.change.maxMinor)
      faults.push({ path: ['steps', name, 'change', 'minMinor'], message: 'at most change.maxMinor' })
  }
  if (faults.length > 0) return faults
  for (const name of names) {
    if (!reachable(flow).has(name))
      faults.push({
        path: ['steps', name],
        message: 'a step that another one leads to; nothing leads to this one',
      })
    if (saysForEver(flow, name))
      faults.push({
        path: ['steps', name],
        message: 'a step that ends in a question; this one only says things, in a circle',
      })
  }
  return faults
}

function reachable({ start, cancelled, interrupted, steps }: Drawn): ReadonlySet<string> {
  const found = new Set([start, cancelled, interrupted])
  for (const name of found) for (const [, target] of waysOf(steps[name]!)) found.add(target)
  return found
}

function saysForEver({ steps }: Drawn, from: string): boolean {
  const seen = new Set<string>()
  for (let name = from; ; ) {
    const step = steps[name]!
    if (step.do !== 'say') return false
    if (seen.has(name)) return true
    seen.add(name)
    name = step.next
  }
}
