import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { eventsSection, fieldsSection, withSection } from './generated-sections.ts'

it.each([
  ['webhooks.md', 'events', eventsSection],
  ['receipts.md', 'fields', fieldsSection],
] as const)(
  'docs/%s has the %s of the code; else run node scripts/document-events.ts',
  (page, name, section) => {
    const text = readFileSync(path.resolve('docs', page), 'utf8')
    expect(text === withSection(text, name, section())).toBe(true)
  },
)
