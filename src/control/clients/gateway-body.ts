import type { BodyField, GatewayCall } from '../../contracts/gateway-call.ts'

type Literal = Exclude<BodyField['value'], { slot: unknown }>
type Tree = { [segment: string]: Literal | Tree }
type Written = Literal | { [segment: string]: Written } | Written[]

export type WrittenBody = { readonly contentType: string; readonly text: string }

/** True when the call has a hole for a card: such a call is the vault's, and never leaves control. */
export function hasSlot({ body }: GatewayCall): boolean {
  return body?.fields.some(({ value }) => typeof value === 'object' && value !== null) ?? false
}

/** The body of a call without slots, as it goes over the wire. */
export function writeBody({ body }: GatewayCall): WrittenBody | undefined {
  if (!body) return undefined
  const fields = body.fields.map(({ path, value }) => ({ path, value: value as Literal }))
  if (body.encoding === 'json')
    return { contentType: 'application/json', text: JSON.stringify(withLists(nest(fields))) }
  const form = new URLSearchParams()
  for (const { path, value } of fields) form.append(bracketed(path), value === null ? '' : String(value))
  return { contentType: 'application/x-www-form-urlencoded', text: form.toString() }
}

type Field = { readonly path: readonly string[]; readonly value: Literal }

function nest(fields: readonly Field[]): Tree {
  const root: Tree = Object.create(null) as Tree
  for (const { path, value } of fields) {
    let at = root
    for (const segment of path.slice(0, -1)) {
      const next = at[segment] ?? (Object.create(null) as Tree)
      if (typeof next !== 'object' || next === null) throw new Error('a body field stands on another')
      at[segment] = next
      at = next
    }
    at[path.at(-1) ?? ''] = value
  }
  return root
}

/** Objects whose names count from 0 are lists, as the card process writes them too. */
function withLists(value: Literal | Tree): Written {
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, part]) => [name, withLists(part)] as const)
  const isList = entries.length > 0 && entries.every(([name], index) => name === String(index))
  return isList ? entries.map(([, part]) => part) : Object.fromEntries(entries)
}

/** `['card', 'number']` is `card[number]`. */
function bracketed([first = '', ...rest]: readonly string[]): string {
  return first + rest.map((segment) => `[${segment}]`).join('')
}
