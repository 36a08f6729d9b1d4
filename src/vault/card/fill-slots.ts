import { computeHeaders, type Sending } from '../../base/computed-headers.ts'
import type { BodyField, GatewayCall, Slot } from '../../contracts/gateway-call.ts'
import { type DigitBuffer, digitBufferBytes } from './digit-buffer.ts'

/** A piece of the request: text of the connector's, or a hole. */
type Hole = { readonly slot: Slot; readonly as?: 'number' }
type Part = string | Hole

const types = { json: 'application/json', form: 'application/x-www-form-urlencoded' } as const

/** True when every slot of the call was collected. */
export function canFill(call: GatewayCall, digits: DigitBuffer): boolean {
  return (call.body?.fields ?? []).every(({ value }) => !isSlot(value) || digits.slotBytes(value.slot) > 0)
}

/**
 * The whole request as bytes, head and body in one piece of memory outside the heap, so that one write sends it and
 * one fill wipes it. Only this function brings digits and text together.
 */
export function fillSlots(call: GatewayCall, digits: DigitBuffer, nowMs: number): Buffer {
  const body = call.body ? bodyParts(call.body.encoding, call.body.fields) : []
  const bodyBytes = body.reduce((sum, part) => sum + partBytes(part, digits), 0)
  // The head's length does not depend on what the computed headers will say of the body.
  const headOf = (filled: Uint8Array) => head(call, { body: filled, nowMs }, bodyBytes)
  const headBytes = Buffer.byteLength(headOf(Buffer.alloc(0)), 'latin1')
  const total = headBytes + bodyBytes
  // Never below the size at which V8 would keep the bytes on its moving heap.
  const request = Buffer.allocUnsafeSlow(Math.max(total, digitBufferBytes)).subarray(0, total)
  let end = headBytes
  for (const part of body) {
    end =
      typeof part === 'string'
        ? end + request.write(part, end, 'utf8')
        : copyHole(part, digits, { target: request, at: end })
  }
  request.write(headOf(request.subarray(headBytes)), 'latin1')
  return request
}

function partBytes(part: Part, digits: DigitBuffer): number {
  if (typeof part === 'string') return Buffer.byteLength(part, 'utf8')
  return digits.slotBytes(part.slot) - (startsWithZero(part, digits) ? 1 : 0)
}

/** `03` as a number is `3`: JSON knows no number with a zero in front (RFC 8259 §6). */
function startsWithZero({ slot, as }: Hole, digits: DigitBuffer): boolean {
  return as === 'number' && slot === 'expiryMonth' && digits.digit('expiry', 0) === 0
}

function copyHole(
  hole: Hole,
  digits: DigitBuffer,
  { target, at }: { readonly target: Buffer; readonly at: number },
): number {
  if (!startsWithZero(hole, digits)) return digits.copyTo(hole.slot, target, at)
  return target.writeUInt8(0x30 + digits.digit('expiry', 1), at)
}

/** RFC 9112 §3 and §5. One request a connection: nothing of a card may wait in a pool of sockets. */
function head(call: GatewayCall, sending: Sending, bodyBytes: number): string {
  const { method, path, origin, headers, computedHeaders, body } = call
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${origin.slice('https://'.length)}`,
    'Connection: close',
  ]
  const computed = computedHeaders ? computeHeaders(computedHeaders, sending) : []
  for (const { name, value } of [...headers, ...computed]) lines.push(`${name}: ${value}`)
  if (body) lines.push(`Content-Type: ${types[body.encoding]}`)
  lines.push(`Content-Length: ${bodyBytes}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}

function bodyParts(encoding: 'json' | 'form', fields: readonly BodyField[]): Part[] {
  if (encoding === 'form') return formParts(fields)
  return fields.length === 0 ? ['{}'] : jsonParts(treeOf(fields))
}

type Tree = Map<string, Tree | BodyField['value']>

/** The policy has made sure that no path stands on or inside another one. */
function treeOf(fields: readonly BodyField[]): Tree {
  const root: Tree = new Map()
  for (const { path, value } of fields) {
    let node = root
    for (const segment of path.slice(0, -1)) {
      const next = node.get(segment)
      const child: Tree = next instanceof Map ? next : new Map()
      node.set(segment, child)
      node = child
    }
    node.set(path.at(-1)!, value)
  }
  return root
}

function jsonParts(tree: Tree): Part[] {
  const isList = [...tree.keys()].every((name, index) => name === String(index))
  const parts: Part[] = [isList ? '[' : '{']
  let first = true
  for (const [name, value] of tree) {
    parts.push(`${first ? '' : ','}${isList ? '' : `${JSON.stringify(name)}:`}`)
    first = false
    if (value instanceof Map) parts.push(...jsonParts(value))
    else if (isSlot(value)) parts.push(...('as' in value ? [value] : ['"', value, '"']))
    else parts.push(JSON.stringify(value))
  }
  parts.push(isList ? ']' : '}')
  return parts
}

/** `card[number]=…&amount=…`; null is the empty string. */
function formParts(fields: readonly BodyField[]): Part[] {
  return fields.flatMap(({ path, value }, index) => {
    const [first, ...rest] = path
    const name = first + rest.map((segment) => `[${segment}]`).join('')
    const lead = `${index === 0 ? '' : '&'}${encodeURIComponent(name)}=`
    return isSlot(value) ? [lead, value] : [lead + encodeURIComponent(String(value ?? ''))]
  })
}

function isSlot(value: BodyField['value']): value is Extract<BodyField['value'], { slot: unknown }> {
  return typeof value === 'object' && value !== null
}
