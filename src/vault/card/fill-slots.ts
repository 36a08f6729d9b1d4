import type { BodyField, GatewayCall, Slot } from '../../contracts/gateway-call.ts'
import { type DigitBuffer, digitBufferBytes } from './digit-buffer.ts'

/** A piece of the request: text of the connector's, or a hole. */
type Part = string | { readonly slot: Slot }

const types = { json: 'application/json', form: 'application/x-www-form-urlencoded' } as const

/** True when every slot of the call was collected. */
export function canFill(call: GatewayCall, digits: DigitBuffer): boolean {
  return (call.body?.fields ?? []).every(({ value }) => !isSlot(value) || digits.slotBytes(value.slot) > 0)
}

/**
 * The whole request as bytes, head and body in one piece of memory outside the heap, so that one write sends it and
 * one fill wipes it. Only this function brings digits and text together.
 */
export function fillSlots(call: GatewayCall, digits: DigitBuffer): Buffer {
  const body = call.body ? bodyParts(call.body.encoding, call.body.fields) : []
  const bodyBytes = body.reduce((sum, part) => sum + partBytes(part, digits), 0)
  const parts: Part[] = [head(call, bodyBytes), ...body]
  const total = parts.reduce((sum, part) => sum + partBytes(part, digits), 0)
  // Never below the size at which V8 would keep the bytes on its moving heap.
  const request = Buffer.allocUnsafeSlow(Math.max(total, digitBufferBytes))
  let end = 0
  for (const part of parts) {
    end =
      typeof part === 'string'
        ? end + request.write(part, end, 'utf8')
        : digits.copyTo(part.slot, request, end)
  }
  return request.subarray(0, end)
}

function partBytes(part: Part, digits: DigitBuffer): number {
  return typeof part === 'string' ? Buffer.byteLength(part, 'utf8') : digits.slotBytes(part.slot)
}

/** RFC 9112 §3 and §5. One request a connection: nothing of a card may wait in a pool of sockets. */
function head({ method, path, origin, headers, body }: GatewayCall, bodyBytes: number): string {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${origin.slice('https://'.length)}`,
    'Connection: close',
  ]
  for (const { name, value } of headers) lines.push(`${name}: ${value}`)
  if (body) lines.push(`Content-Type: ${types[body.encoding]}`)
  lines.push(`Content-Length: ${bodyBytes}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}

function bodyParts(encoding: 'json' | 'form', fields: readonly BodyField[]): Part[] {
  return encoding === 'json' ? jsonParts(treeOf(fields)) : formParts(fields)
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
  const parts: Part[] = ['{']
  let first = true
  for (const [name, value] of tree) {
    parts.push(`${first ? '' : ','}${JSON.stringify(name)}:`)
    first = false
    if (value instanceof Map) parts.push(...jsonParts(value))
    else if (isSlot(value)) parts.push('"', { slot: value.slot }, '"')
    else parts.push(JSON.stringify(value))
  }
  parts.push('}')
  return parts
}

/** `card[number]=…&amount=…`; null is the empty string. */
function formParts(fields: readonly BodyField[]): Part[] {
  return fields.flatMap(({ path, value }, index) => {
    const [first, ...rest] = path
    const name = first + rest.map((segment) => `[${segment}]`).join('')
    const lead = `${index === 0 ? '' : '&'}${encodeURIComponent(name)}=`
    return isSlot(value) ? [lead, { slot: value.slot }] : [lead + encodeURIComponent(String(value ?? ''))]
  })
}

function isSlot(value: BodyField['value']): value is { slot: Slot } {
  return typeof value === 'object' && value !== null
}
