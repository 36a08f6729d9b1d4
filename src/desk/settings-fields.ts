/** What a system has to be told, as fields of a form made from the JSON Schema that the API gives of it. */
export type SettingsField = {
  readonly name: string
  readonly label: string
  readonly sort: 'text' | 'long' | 'number' | 'choice' | 'json'
  readonly required: boolean
  readonly choices: readonly string[]
  /** What stands there unless somebody writes something else; as text. */
  readonly preset: string
  readonly hint: string
}

type Property = {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly default?: unknown
  readonly maxLength?: number
  readonly description?: string
}

const longTextFrom = 2_000

/** Required ones first, in the order of the schema. */
export function fieldsOf(schema: Readonly<Record<string, unknown>>): SettingsField[] {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Property>>
  const required = new Set((schema.required ?? []) as readonly string[])
  const fields = Object.entries(properties).map(([name, property]) => ({
    ...{ name, label: labelOf(name), sort: sortOf(property), required: required.has(name) },
    ...{ choices: property.enum ?? [], preset: asText(property.default), hint: property.description ?? '' },
  }))
  return [...fields.filter((one) => one.required), ...fields.filter((one) => !one.required)]
}

function sortOf({ type, enum: choices, maxLength = 0 }: Property): SettingsField['sort'] {
  if (choices) return 'choice'
  if (type === 'integer' || type === 'number') return 'number'
  if (type === 'string') return maxLength >= longTextFrom ? 'long' : 'text'
  return 'json'
}

/** `refundAccountCode` → `Refund account code`. */
function labelOf(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}

/** A setting as it stands in its input. */
export function asText(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export type SettingsRead =
  | { readonly settings: Record<string, unknown>; readonly fault: null }
  | { readonly settings: null; readonly fault: string }

/** The inputs as the API takes them; an empty one is left out, so that the preset holds. */
export function readSettings(
  fields: readonly SettingsField[],
  textOf: (name: string) => string,
): SettingsRead {
  const settings: Record<string, unknown> = {}
  for (const { name, label, sort } of fields) {
    const text = textOf(name).trim()
    if (text === '') continue
    try {
      settings[name] = sort === 'number' || sort === 'json' ? JSON.parse(text) : text
    } catch {
      return { settings: null, fault: `${label}: ${sort === 'number' ? 'not a number' : 'not JSON'}` }
    }
  }
  return { settings, fault: null }
}
