/** The head of a provider's request, as far as it is read. Nothing of the body is in it. */
export type PostedHead = {
  readonly method: string
  /** With its query. */
  readonly target: string
  /** Names in lower case. A name that comes twice is refused: who reads which one is how requests are smuggled. */
  readonly headers: ReadonlyMap<string, string>
}

export const headEnd = Buffer.from('\r\n\r\n', 'latin1')

/** RFC 9112 §3 and §5; undefined for what is no request. */
export function readHead(bytes: Uint8Array): PostedHead | undefined {
  const [first = '', ...lines] = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('latin1')
    .split('\r\n')
  const request = /^([A-Z]{3,7}) (\/[\x21-\x7e]{0,2047}) HTTP\/1\.1$/.exec(first)
  if (!request) return undefined
  const headers = new Map<string, string>()
  for (const line of lines) {
    const header = /^([A-Za-z0-9-]{1,64}):[ \t]*([\t\x20-\x7e]*?)[ \t]*$/.exec(line)
    const name = header?.[1]?.toLowerCase()
    if (name === undefined || headers.has(name)) return undefined
    headers.set(name, header?.[2] ?? '')
  }
  return { method: request[1] ?? '', target: request[2] ?? '', headers }
}

/** Bytes of the body, or undefined when they are not counted, or come in chunks. */
export function bodyBytesOf({ headers }: PostedHead): number | undefined {
  const length = headers.get('content-length')
  if (headers.has('transfer-encoding') || length === undefined || !/^\d{1,5}$/.test(length)) return undefined
  return Number(length)
}
