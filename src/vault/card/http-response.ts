/** Body and headers together, in bytes: what a gateway says of one payment is a few kilobytes. */
export const responseCapBytes = 256 * 1024

const longestHeadBytes = 32 * 1024

export type HttpResponse = {
  readonly status: number
  /** Names in lower case; a name that came twice is joined by a comma. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
}

export type Reading =
  | { readonly is: 'more' }
  | { readonly is: 'complete'; readonly response: HttpResponse }
  | { readonly is: 'broken'; readonly because: 'truncated' | 'unreadable' | 'too-large' }

const more: Reading = { is: 'more' }
const unreadable: Reading = { is: 'broken', because: 'unreadable' }
const truncated: Reading = { is: 'broken', because: 'truncated' }
const tooLarge: Reading = { is: 'broken', because: 'too-large' }

type Head = { readonly status: number; readonly headers: Map<string, string>; readonly bodyAt: number }
type Framing = 'chunked' | 'until-close' | { readonly length: number }

/**
 * Reads one HTTP/1.1 response (RFC 9112) to a request that was not HEAD or CONNECT. Strict: whatever could be read in
 * two ways is `unreadable`, because an outcome must not depend on who reads it. It keeps the bytes in one piece of
 * memory, looks at the whole of it after each chunk, and never reads past the cap.
 */
export class HttpResponseReader {
  readonly #memory = Buffer.allocUnsafeSlow(responseCapBytes)
  #length = 0

  /** Takes the next bytes off the wire. */
  push(chunk: Uint8Array): Reading {
    if (this.#length + chunk.length > this.#memory.length) return tooLarge
    this.#memory.set(chunk, this.#length)
    this.#length += chunk.length
    return this.#read(false)
  }

  /** The gateway has closed its side. */
  end(): Reading {
    return this.#read(true)
  }

  /** True once any byte of an answer was seen. */
  get began(): boolean {
    return this.#length > 0
  }

  wipe(): void {
    this.#memory.fill(0, 0, this.#length)
    this.#length = 0
  }

  #read(closed: boolean): Reading {
    const bytes = this.#memory.subarray(0, this.#length)
    let from = 0
    for (;;) {
      const head = readHead(bytes, from)
      if (head === 'broken') return unreadable
      if (head === 'more') {
        if (bytes.length - from > longestHeadBytes) return tooLarge
        return closed ? truncated : more
      }
      // 1xx are not the answer yet (RFC 9110 §15.2); 101 was never asked for.
      if (head.status === 101) return unreadable
      if (head.status < 200) {
        from = head.bodyAt
        continue
      }
      return readBody(bytes, head, closed)
    }
  }
}

const statusLine = /^HTTP\/1\.[01] ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/
const headerLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/

function readHead(bytes: Buffer, from: number): Head | 'more' | 'broken' {
  const end = bytes.indexOf('\r\n\r\n', from, 'latin1')
  if (end < 0) return looksLikeHttp(bytes, from) ? 'more' : 'broken'
  if (end - from > longestHeadBytes) return 'broken'
  const [first = '', ...lines] = bytes.toString('latin1', from, end).split('\r\n')
  const status = statusLine.exec(first)?.[1]
  if (!status) return 'broken'
  const headers = new Map<string, string>()
  for (const line of lines) {
    const match = headerLine.exec(line)
    if (!match) return 'broken'
    const name = match[1]!.toLowerCase()
    const value = match[2]!.trimEnd()
    headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value)
  }
  return { status: Number(status), headers, bodyAt: end + 4 }
}

/** Ends early with a peer that does not speak HTTP at all. */
function looksLikeHttp(bytes: Buffer, from: number): boolean {
  const start = bytes.toString('latin1', from, from + 7)
  return 'HTTP/1.'.startsWith(start)
}

function readBody(bytes: Buffer, head: Head, closed: boolean): Reading {
  const framing = framingOf(head)
  if (framing === undefined) return unreadable
  const body = bytes.subarray(head.bodyAt)
  if (framing === 'chunked') return readChunked(body, head, closed)
  if (framing === 'until-close') return closed ? complete(head, body) : more
  if (framing.length > responseCapBytes) return tooLarge
  // More than was announced: two readers could see two answers.
  if (body.length > framing.length) return unreadable
  if (body.length === framing.length) return complete(head, body)
  return closed ? truncated : more
}

/** RFC 9112 §6.3. */
function framingOf({ status, headers }: Head): Framing | undefined {
  const coding = headers.get('transfer-encoding')
  const length = headers.get('content-length')
  // We announced no accept-encoding; what comes compressed cannot be scrubbed.
  if (!['', 'identity'].includes((headers.get('content-encoding') ?? '').toLowerCase())) return undefined
  if (coding !== undefined)
    return length === undefined && coding.toLowerCase() === 'chunked' ? 'chunked' : undefined
  if (status === 204 || status === 304) return { length: 0 }
  if (length === undefined) return 'until-close'
  return /^\d{1,9}$/.test(length) ? { length: Number(length) } : undefined
}

/** RFC 9112 §7.1. Extensions and trailers are refused: no gateway needs them, and smuggling does. */
function readChunked(body: Buffer, head: Head, closed: boolean): Reading {
  const pieces: Buffer[] = []
  let at = 0
  for (;;) {
    const lineEnd = body.indexOf('\r\n', at, 'latin1')
    if (lineEnd < 0) return body.length - at > 8 ? unreadable : wait()
    const size = body.toString('latin1', at, lineEnd)
    if (!/^[0-9A-Fa-f]{1,6}$/.test(size)) return unreadable
    const bytes = Number.parseInt(size, 16)
    const end = lineEnd + 2 + bytes
    if (bytes > responseCapBytes) return tooLarge
    if (body.length < end + 2) return wait()
    if (body[end] !== 0x0d || body[end + 1] !== 0x0a) return unreadable
    if (bytes === 0) return body.length === end + 2 ? complete(head, Buffer.concat(pieces)) : unreadable
    pieces.push(body.subarray(lineEnd + 2, end))
    at = end + 2
  }

  function wait(): Reading {
    return closed ? truncated : more
  }
}

function complete({ status, headers }: Head, body: Buffer): Reading {
  return { is: 'complete', response: { status, headers, body } }
}
