import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { AppError } from '../../../src/base/errors.ts'
import { statuses, statusOf } from '../../../src/control/http/error-status.ts'

const root = path.resolve(import.meta.dirname, '../../..')

/** Code → remedy, of every class in the sources that has a fixed code. */
function declared(): Map<string, string> {
  const found = new Map<string, string>()
  for (const file of globSync('src/**/*.ts', { cwd: root })) {
    const source = readFileSync(path.join(root, file), 'utf8')
    for (const [, body] of source.matchAll(/class \w+ extends \w+ \{\n([\s\S]*?)\n\}/g)) {
      const code = /^ {2}readonly code = '([A-Z0-9_]+)'/m.exec(body ?? '')?.[1]
      const remedy = /^ {2}readonly remedy(?:: \w+)? = '([\w-]+)'/m.exec(body ?? '')?.[1]
      if (code !== undefined && remedy !== undefined) found.set(code, remedy)
    }
  }
  return found
}

/** Code → remedy, and the HTTP status where there is one, of every heading of the page. */
function documented(): Map<string, { readonly remedy: string; readonly status: number | undefined }> {
  const page = readFileSync(path.join(root, 'docs/errors.md'), 'utf8')
  const entries = page.matchAll(/^### (\w+)\n(?:`(\d{3})` · )?`([\w-]+)`\. \S/gm)
  return new Map(
    [...entries].map(([, code = '', status, remedy = '']) => [
      code,
      { remedy, status: status === undefined ? undefined : Number(status) },
    ]),
  )
}

describe('docs/errors.md', () => {
  const page = documented()
  const codes = declared()

  it('has a paragraph for every code of the sources, and none for a code that is gone', () => {
    expect(codes.size).toBeGreaterThan(50)
    expect([...page.keys()].sort()).toEqual([...codes.keys()].sort())
  })

  it('says the remedy that the code says', () => {
    for (const [code, remedy] of codes) expect(page.get(code)?.remedy, code).toBe(remedy)
  })

  it('says the status that the API answers with', () => {
    for (const [code, { status, remedy }] of page) {
      const expected = code in statuses ? statusOf({ code, remedy } as AppError) : undefined
      expect({ code, status }).toEqual({ code, status: expected })
    }
    expect(Object.keys(statuses).filter((code) => !page.has(code))).toEqual([])
  })
})
