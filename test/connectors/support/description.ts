import { z } from 'zod'
import { fieldsOfCall, type WireFields } from '../../conformance/wire-fields.ts'

type Schema = {
  readonly $ref?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly additionalProperties?: boolean | Schema
  readonly allOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
}
type Content = Readonly<Record<string, { readonly schema: Schema }>>
type Operation = {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}

type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>
type Document = { readonly paths?: Paths; readonly webhooks?: Paths }

/** An OpenAPI description, looked into by the paths of fields. */
export class Description {
  readonly #document: Document
  /** What stands before every path of a call and not in the description. */
  readonly #prefix: string

  constructor(document: unknown, prefix = '') {
    this.#document = document as Document
    this.#prefix = prefix
  }

  /** Everything of the list that the description has otherwise, or not at all. */
  differences(wireFields: WireFields): string[] {
    return wireFields.flatMap(({ call, fields }) => {
      const operation = this.operation(call)
      if (!operation) return [`${call}: not described`]
      const body = Object.values(operation.requestBody?.content ?? {})[0]?.schema
      return [...fieldsOfCall(fields).values()].flatMap(({ name, words }) => {
        if (name.startsWith('?'))
          return operation.parameters?.some(
            (one) => one.in === 'query' && one.name === /^\?([^[]+)/.exec(name)?.[1],
          )
            ? []
            : [`${call}: ${name}`]
        const found = body ? this.#at(body, name.split('.')) : []
        if (found.length === 0) return [`${call}: ${name}`]
        const known = found.flatMap((schema) => schema.enum ?? [])
        return known.length === 0
          ? []
          : (words ?? []).flatMap((word) => this.#word(known, word, `${call}: ${name}`))
      })
    })
  }

  /** Paths of fields that a shape of ours reads, and the description of the reply does not have. */
  unknownTo(reply: Schema, shape: z.ZodType): string[] {
    const read = fieldsIn(z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' }) as Schema)
    return read.filter((path) => this.#at(reply, path).length === 0).map((path) => path.join('.'))
  }

  reply(call: string, status: string): Schema {
    const schema = Object.values(this.operation(call)?.responses[status]?.content ?? {})[0]?.schema
    if (!schema) throw new Error(`${call} has no described answer ${status}`)
    return schema
  }

  operation(call: string): Operation | undefined {
    const [method = '', path = ''] = call.split(' ')
    const wanted = path.slice(this.#prefix.length)
    const all = Object.entries({ ...this.#document.paths, ...this.#document.webhooks })
    const item = all.find(([template]) => template.replaceAll(/\{[^}]*\}/g, '{}') === wanted)?.[1]
    return item?.[method.toLowerCase()]
  }

  #word(known: readonly unknown[], word: string, where: string): string[] {
    return known.includes(word) ? [] : [`${where} = ${word}`]
  }

  /** Every schema that may stand there; none when the field does not exist. */
  #at(schema: Schema, [name, ...rest]: readonly string[]): Schema[] {
    return this.#variants(schema).flatMap((variant) => {
      if (name === undefined) return [variant]
      const other = variant.additionalProperties
      const next =
        name === '#'
          ? variant.items
          : (variant.properties?.[name] ?? (typeof other === 'object' ? other : undefined))
      return next ? this.#at(next, rest) : []
    })
  }

  #variants(schema: Schema, depth = 0): Schema[] {
    if (depth > 8) return []
    const of = (list: readonly Schema[] | undefined) =>
      (list ?? []).flatMap((one) => this.#variants(one, depth + 1))
    if (schema.$ref) return this.#variants(this.#resolve(schema.$ref), depth + 1)
    return [schema, ...of(schema.allOf), ...of(schema.anyOf), ...of(schema.oneOf)]
  }

  #resolve(ref: string): Schema {
    const parts = ref.slice(2).split('/')
    return parts.reduce<unknown>(
      (at, part) => (at as Record<string, unknown>)[part],
      this.#document,
    ) as Schema
  }
}

/** Every path that a JSON schema of ours names, the inner ones after their outer. */
function fieldsIn(schema: Schema, at: readonly string[] = []): string[][] {
  const inner = [...(schema.anyOf ?? []), ...(schema.allOf ?? [])].flatMap((one) => fieldsIn(one, at))
  const members = Object.entries(schema.properties ?? {}).flatMap(([name, part]) => [
    [...at, name],
    ...fieldsIn(part, [...at, name]),
  ])
  return [...inner, ...members, ...(schema.items ? fieldsIn(schema.items, [...at, '#']) : [])]
}
