import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newConnector } from '../../scripts/new-connector.ts'

const here = path.resolve(import.meta.dirname, '..', '..')
let top: string

/** The parts of the repository that a connector touches, in a folder of its own. */
beforeAll(() => {
  top = mkdtempSync(path.join(tmpdir(), 'tonewall-new-connector-'))
  for (const folder of ['src/base', 'src/contracts', 'src/connectors', 'src/vault', 'test/conformance'])
    cpSync(path.join(here, folder), path.join(top, folder), { recursive: true })
  const files = [
    'package.json',
    'tsconfig.json',
    'test/connectors/support/every-call.ts',
    'test/connectors/support/other-calls.ts',
    'test/connectors/pay-links/examples.ts',
    'test/vault/support/digits.ts',
  ]
  for (const file of files) cpSync(path.join(here, file), path.join(top, file))
  symlinkSync(path.join(here, 'node_modules'), path.join(top, 'node_modules'))
  writeFileSync(path.join(top, 'vitest.config.ts'), 'export default {}\n')
})
afterAll(() => rmSync(top, { recursive: true, force: true }))

describe('a connector from the template', () => {
  it('is written, entered, and passes the suite before anybody has touched it', () => {
    expect(newConnector({ top, id: 'acme-pay' })).toEqual([
      'src/connectors/acme-pay/wire.ts',
      'src/connectors/acme-pay/acme-pay.ts',
      'src/vault/policies/acme-pay.ts',
      'test/conformance/acme-pay-fixture.ts',
    ])
    expect(readFileSync(path.join(top, 'src/connectors/registry.ts'), 'utf8')).toContain('acmePay, ')
    const vitest = path.join(here, 'node_modules/vitest/vitest.mjs')
    const said = execFileSync(
      process.execPath,
      [vitest, 'run', '--root', top, '-t', 'the connector acme-pay'],
      {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, NO_COLOR: '1' },
      },
    )
    expect(said).toMatch(/Tests +\d{2} passed/)
    expect(said).not.toContain('failed')
  })

  it('is not written over one that is there, nor with a name that is none', () => {
    expect(() => newConnector({ top, id: 'stripe' })).toThrow('is there already')
    for (const id of ['', 'Acme', '../acme', 'a--b', '-a'])
      expect(() => newConnector({ top, id })).toThrow('usage')
  })
})
