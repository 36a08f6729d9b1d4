import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type Locale, PromptManifest } from '../../src/contracts/prompts.ts'
import { readFlow } from '../../src/control/ivr/read-flow.ts'
import { explain } from '../../src/ivr/explain.ts'

const top = path.resolve(import.meta.dirname, '..', '..')
const folder = mkdtempSync(path.join(tmpdir(), 'flows-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const textOf = (locale: Locale, id: string) =>
  PromptManifest.parse(
    JSON.parse(readFileSync(path.join(top, 'media', 'prompts', locale, 'manifest.json'), 'utf8')),
  ).prompts.find((prompt) => prompt.id === id)?.text

const example = (name: string) => path.join(top, 'config', 'flows', name)
const flows = readdirSync(path.join(top, 'config', 'flows'))
const deposit = readFileSync(example('deposit.yaml'), 'utf8')

function faultsOf(change: (yaml: string) => string): string {
  const file = path.join(folder, 'flow.yaml')
  writeFileSync(file, change(deposit))
  try {
    readFlow(file)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

describe('a flow as a dialogue', () => {
  it.each(flows)('%s: shows every step, with the words of its prompts', (name) => {
    const flow = readFlow(example(name))
    const text = explain({ flow, textOf })
    expect(text).not.toContain('[no prompt')
    for (const step of Object.keys(flow.steps)) expect(text).toMatch(new RegExp(`^${step}( |$)`, 'm'))
  })

  it('is the one that the README shows', () => {
    const shown = explain({ flow: readFlow(example('deposit.yaml')), textOf })
    expect(readFileSync(path.join(top, 'README.md'), 'utf8')).toContain(shown)
  })
})

describe('a flow file', () => {
  it.each<[string, (yaml: string) => string, string]>([
    ['a step that does not exist', (yaml) => yaml.replace('next: card', 'next: crad'), 'steps.amount.next'],
    ['a step that nothing leads to', (yaml) => `${yaml}  lost: { do: end, say: [] }\n`, 'steps.lost'],
    ['a card that nobody charges', (yaml) => yaml.replace('next: pay,', 'next: number,'), 'steps.card.next'],
    ['as many digits as a card has', (yaml) => yaml.replace('max: 6', 'max: 16'), 'steps.booking.digits.max'],
    ['a currency that cannot be said', (yaml) => yaml.replace('GBP', 'KWD'), 'currency'],
    ['an unknown key', (yaml) => yaml.replace('attempts: 2', 'tries: 2'), 'tries'],
    [
      'steps that only talk, in a circle',
      (yaml) =>
        yaml
          .replace('next: bye, failed: agent', 'next: again, failed: agent')
          .concat('  again: { do: say, say: [goodbye], next: again }\n'),
      'steps.again',
    ],
  ])('is refused for %s, which is named', (_what, change, key) => {
    expect(faultsOf(change)).toContain(`${key}: found`)
  })

  it('is taken as it is', () => {
    expect(faultsOf((yaml) => yaml)).toBe('')
  })
})
