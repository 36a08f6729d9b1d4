import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Command } from 'commander'
import { type Locale, PromptManifest } from '../contracts/prompts.ts'
import { readFlow } from '../control/ivr/read-flow.ts'
import { explain } from '../ivr/explain.ts'
import { packageDir } from '../supervisor/platform.ts'

/** Texts of the package's prompts, read when first asked for. */
function manifestTexts(): (locale: Locale, id: string) => string | undefined {
  const known = new Map<Locale, ReadonlyMap<string, string>>()
  return (locale, id) => {
    if (!known.has(locale)) {
      const file = path.join(packageDir, 'media', 'prompts', locale, 'manifest.json')
      const { prompts } = PromptManifest.parse(JSON.parse(readFileSync(file, 'utf8')))
      known.set(locale, new Map(prompts.map((prompt) => [prompt.id, prompt.text])))
    }
    return known.get(locale)?.get(id)
  }
}

export function flowCommand(): Command {
  const one = new Command('explain')
    .description('check a flow for callers without an agent, and show it as a dialogue')
    .argument('<file>', 'YAML file of a flow, for example config/flows/payment-line.yaml')
    .action((file: string) => console.log(explain({ flow: readFlow(file), textOf: manifestTexts() })))
  return new Command('flow').description('look at flows for callers without an agent').addCommand(one)
}
