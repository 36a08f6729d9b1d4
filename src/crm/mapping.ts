import Mustache from 'mustache'
import type { Mapping } from '../contracts/connections.ts'
import { type MappingView, viewNames } from './mapping-view.ts'

export type MappingFault = { readonly field: string; readonly because: string }
export type Value = string | number | boolean
export type Mapped = {
  readonly values: Readonly<Record<string, Value>>
  readonly faults: readonly MappingFault[]
}

const known = new Set<string>(viewNames)
const longestText = 10_000

/** Fills every template. What comes out empty is left away; what cannot be is a fault that names its field. */
export function applyMapping(mapping: Mapping, view: MappingView): Mapped {
  const values: Record<string, Value> = {}
  const faults: MappingFault[] = []
  for (const { field, template, as } of mapping) {
    const because = faultOf(template)
    if (because) {
      faults.push({ field, because })
      continue
    }
    const text = render(template, view).slice(0, longestText)
    if (text === '') continue
    if (as === 'text') values[field] = text
    else if (as === 'boolean') values[field] = text === 'true'
    else if (/^-?\d{1,15}(\.\d{1,6})?$/.test(text)) values[field] = Number(text)
    else faults.push({ field, because: 'the template does not give a number such as 42.50' })
  }
  return { values, faults }
}

/** What is wrong with a template, so that it is told while it is edited and not when a payment is written. */
export function faultOf(template: string): string | undefined {
  let tokens: unknown[]
  try {
    tokens = Mustache.parse(template)
  } catch {
    return 'a tag of the template is not closed: every {{#name}} needs its {{/name}}'
  }
  const unknown = namesIn(tokens).find((name) => !known.has(name.split('.')[0] ?? ''))
  return unknown === undefined ? undefined : `there is no value named ${unknown}`
}

function namesIn(tokens: readonly unknown[]): string[] {
  return tokens.flatMap((token) => {
    const [type, name, , , inner] = token as [string, string, number, number, unknown[]?]
    if (type === 'text' || type === '!') return []
    if (type === '>' || type === '=') return ['(a partial or another delimiter)']
    return [...(name === '.' ? [] : [name]), ...(Array.isArray(inner) ? namesIn(inner) : [])]
  })
}

/** Fields are text, not HTML: nothing is escaped unless told. */
export function render(
  template: string,
  view: MappingView,
  escaped: (text: string) => string = String,
): string {
  return Mustache.render(template, view, {}, { escape: (value: unknown) => escaped(String(value)) })
}
