import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { eventsSection, fieldsSection, withSection } from '../test/docs/generated-sections.ts'

/** `node scripts/document-events.ts`: writes the generated parts of docs/webhooks.md and docs/receipts.md anew. */
for (const [page, name, section] of [
  ['webhooks.md', 'events', eventsSection()],
  ['receipts.md', 'fields', fieldsSection()],
] as const) {
  const file = path.resolve(import.meta.dirname, '../docs', page)
  writeFileSync(file, withSection(readFileSync(file, 'utf8'), name, section))
}
