import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Harness, harness } from './control-harness.ts'

let control: Harness
let document: Document
type Operation = {
  readonly operationId?: string
  readonly summary?: string
  readonly tags?: string[]
  readonly responses: Readonly<Record<string, { readonly description?: string }>>
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[]
}
type Document = { readonly openapi: string; readonly paths: Record<string, Record<string, Operation>> }

beforeAll(async () => {
  control = await harness()
  document = JSON.parse(JSON.stringify(control.server.app.swagger())) as Document
})
afterAll(() => control.close())

const operations = () =>
  Object.entries(document.paths).flatMap(([url, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ url, method, operation })),
  )

describe('the OpenAPI document', () => {
  it('is the one that is committed; after a change: UPDATE_OPENAPI=1, this test, and biome format', () => {
    const committed = path.resolve(import.meta.dirname, '../../../docs/openapi.json')
    const now = { ...document, servers: [{ url: 'http://127.0.0.1:8080' }] }
    if (process.env.UPDATE_OPENAPI) writeFileSync(committed, JSON.stringify(now, null, 2))
    expect(JSON.parse(readFileSync(committed, 'utf8'))).toEqual(now)
  })

  it('names every operation once, with a summary, a tag and described answers', () => {
    const ids = operations().map(({ operation }) => operation.operationId)
    const ofApi = operations().filter(({ url }) => url.startsWith('/v1/') && url !== '/v1/openapi.json')
    expect(document.openapi).toBe('3.1.0')
    expect(new Set(ids.filter(Boolean)).size).toBe(ids.filter(Boolean).length)
    for (const { url, method, operation } of ofApi) {
      const where = `${method} ${url}`
      expect(operation.operationId, where).toMatch(/^[a-z][A-Za-z]+$/)
      expect(operation.summary, where).toMatch(/\S/)
      expect(operation.tags, where).toHaveLength(1)
      expect(Object.keys(operation.responses), where).toContain('default')
      for (const [status, { description }] of Object.entries(operation.responses))
        expect(description, `${where} ${status}`).toMatch(/\S/)
    }
  })

  it('says of every path parameter that it is one, and asks every POST for its key', () => {
    for (const { url, method, operation } of operations()) {
      const named = [...url.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
      const inPath = (operation.parameters ?? []).filter((one) => one.in === 'path').map(({ name }) => name)
      expect(inPath, url).toEqual(named)
      if (method !== 'post') continue
      const key = operation.parameters?.find(({ name }) => name === 'Idempotency-Key')
      expect(key?.required, url).toBe(true)
    }
  })

  it('has no fault that Redocly’s linter knows of', async () => {
    // Its recommended rules; what goes wrong is described once for all codes, as `default` (RFC 9457).
    const config = await createConfig({
      extends: ['recommended'],
      rules: { 'operation-4xx-response': 'off' },
    })
    const problems = await lintFromString({ source: JSON.stringify(document), config })
    expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual(
      [],
    )
  })

  it('refers to nothing that is not in it', () => {
    const text = JSON.stringify(document)
    for (const [, pointer = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const found = pointer
        .split('/')
        .reduce<unknown>((at, part) => (at as Record<string, unknown>)?.[part], document)
      expect(found, pointer).toBeDefined()
    }
  })
})
