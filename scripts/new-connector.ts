import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** `npm run new:connector NAME`: a connector that passes the suite, to be turned into the gateway's own. */
const usage =
  'usage: npm run new:connector NAME   (lower-case letters, digits and dashes, for example acme-pay)'

export type NewConnector = { readonly top: string; readonly id: string }

const templates = path.resolve(import.meta.dirname, '..', 'templates', 'connector')

/** Writes the files and enters them in the registry, the policy and the suite. Answers with what it wrote. */
export function newConnector({ top, id }: NewConnector): string[] {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id) || id.length > 32) throw new Error(usage)
  const variable = id.replace(/-([a-z0-9])/g, (_dash, letter: string) => letter.toUpperCase())
  const name = variable.charAt(0).toUpperCase() + variable.slice(1)
  const files = {
    [`src/connectors/${id}/wire.ts`]: 'wire',
    [`src/connectors/${id}/${id}.ts`]: 'connector',
    [`src/vault/policies/${id}.ts`]: 'policy',
    [`test/conformance/${id}-fixture.ts`]: 'fixture',
  }
  for (const file of Object.keys(files))
    if (existsSync(path.join(top, file))) throw new Error(`${file} is there already`)
  for (const [file, template] of Object.entries(files)) {
    const text = readFileSync(path.join(templates, `${template}.ts.template`), 'utf8')
    mkdirSync(path.dirname(path.join(top, file)), { recursive: true })
    const filled = text
      .replaceAll('__ID__', id)
      .replaceAll('__VARIABLE__', variable)
      .replaceAll('__NAME__', name)
    writeFileSync(path.join(top, file), filled)
  }
  const key = /-/.test(id) ? `'${id}'` : id
  enter(top, 'src/connectors/registry.ts', {
    line: `import { ${variable} } from './${id}/${id}.ts'`,
    after: /export const connectors: readonly Connector\[\] = \[/,
    entry: `${variable}, `,
  })
  enter(top, 'src/vault/policy.ts', {
    line: `import { ${variable}Policy } from './policies/${id}.ts'`,
    after: /const policies: ReadonlyMap<string, Rows> = new Map\(\[/,
    entry: `\n  ['${id}', ${variable}Policy],`,
  })
  enter(top, 'test/conformance/fixtures.ts', {
    line: `import { ${variable}Fixture } from './${id}-fixture.ts'`,
    after: /export const fixtures: [^=]+= \{/,
    entry: `\n  ${key}: ${variable}Fixture,`,
  })
  return Object.keys(files)
}

type Entry = { readonly line: string; readonly after: RegExp; readonly entry: string }

/** The import goes to the end of the imports; `biome check --write` puts it into its place. */
function enter(top: string, file: string, { line, after, entry }: Entry): void {
  const whole = path.join(top, file)
  const text = readFileSync(whole, 'utf8')
  const found = after.exec(text)
  const lastImport = [...text.matchAll(/^import .*$/gm)].at(-1)
  if (!found || !lastImport) throw new Error(`${file} does not look as this script knows it`)
  const importEnd = lastImport.index + lastImport[0].length
  const listStart = found.index + found[0].length
  writeFileSync(
    whole,
    `${text.slice(0, importEnd)}\n${line}${text.slice(importEnd, listStart)}${entry}${text.slice(listStart)}`,
  )
}

if (import.meta.main) {
  try {
    const top = path.resolve(import.meta.dirname, '..')
    const written = newConnector({ top, id: process.argv[2] ?? '' })
    console.log(`${written.join('\n')}\n`)
    console.log('Entered in the registry, the policy and the suite. Next:')
    console.log('  npx biome check --write src/connectors src/vault test/conformance')
    console.log('  npx vitest run --project unit test/conformance')
    console.log('docs/connectors.md says the rest.')
  } catch (error) {
    console.error(error instanceof Error ? error.message : usage)
    process.exitCode = 2
  }
}
