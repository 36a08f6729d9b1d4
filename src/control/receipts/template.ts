import Mustache from 'mustache'
import { AppError } from '../../base/errors.ts'
import type { TemplatePart } from '../../contracts/receipts.ts'
import { type ReceiptFields, receiptFieldNames } from './receipt-fields.ts'

/** The template cannot be read, or uses something that receipts do not have. */
export class TemplateRefused extends AppError {
  readonly code = 'TEMPLATE_REFUSED'
  readonly remedy = 'fix-request'
}

/** Mustache's tokens: type, name or text, where it starts and ends, and what stands in a section. */
type Token = [type: string, value: string, start: number, end: number, inside?: Token[]]

const known: ReadonlySet<string> = new Set(Object.keys(receiptFieldNames))

/** Without it a text message that may have been sent could not be found again at the provider's. */
const neededInText = 'receiptNumber'

/**
 * Throws TemplateRefused unless the template is mustache with nothing but our fields: `{{name}}`, which is escaped,
 * and sections of them. No partials, no functions, no unescaped `{{{name}}}`, no other delimiters.
 */
export function checkTemplate(part: TemplatePart, body: string): void {
  const names = new Set<string>()
  collect(parse(body), names)
  if (part === 'text' && !names.has(neededInText))
    throw new TemplateRefused('a text message needs {{receiptNumber}}: by it a message is found again')
  if (part === 'email-subject' && /[\r\n]/.test(body)) throw new TemplateRefused('a subject has one line')
}

/** Fills a checked template. Only HTML is escaped for HTML. */
export function fillTemplate(part: TemplatePart, body: string, fields: ReceiptFields): string {
  const plain = part !== 'email-html'
  const filled = Mustache.render(body, fields, {}, plain ? { escape: (text: string) => text } : {})
  return part === 'email-subject' ? filled.replace(/\s+/g, ' ').trim() : filled
}

function parse(body: string): Token[] {
  try {
    return Mustache.parse(body) as Token[]
  } catch {
    throw new TemplateRefused('the template has a tag that is not closed, or closes one that is not open')
  }
}

function collect(tokens: readonly Token[], names: Set<string>): void {
  for (const [type, value, , , inside] of tokens) {
    if (type === 'text' || type === '!') continue
    if (type === '&' || type === '{') throw new TemplateRefused('a field is always escaped: write {{name}}')
    if (type !== 'name' && type !== '#' && type !== '^')
      throw new TemplateRefused(
        'only fields and sections of fields can be used: no partials, no other delimiters',
      )
    // Named in the message so that it can be found; it is a word of the template, not of a payment.
    if (!known.has(value))
      throw new TemplateRefused(`there is no field {{${value.slice(0, 40)}}} in receipts`)
    names.add(value)
    if (inside) collect(inside, names)
  }
}
