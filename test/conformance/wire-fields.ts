/**
 * What a gateway documents of the requests that we write. `#` is a place in a list, `= a | b` are the words that may stand there; a line of
 * its own for each field, and none that is not written: the list is what was compared.
 */
export type WireFields = readonly {
  /** Method and path; `{}` stands for a reference. */
  readonly call: string
  /** Where it is documented. */
  readonly page: string
  /** Of the query with a `?` in front, of the body by its path. */
  readonly fields: string
}[]

export type WireField = { readonly name: string; readonly words: readonly string[] | undefined }

export function fieldsOfCall(fields: string): ReadonlyMap<string, WireField> {
  const lines = fields.split('\n').map((line) => line.trim())
  return new Map(
    lines
      .filter((line) => line !== '')
      .map((line) => {
        const [name = '', words] = line.split(' = ')
        return [name, { name, words: words?.split(' | ') }] as const
      }),
  )
}
