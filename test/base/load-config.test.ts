import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ConfigInvalid, loadConfig } from '../../src/base/load-config.ts'

const schema = z.strictObject({
  control: z
    .strictObject({
      port: z.number().int().max(65535).default(8080),
      publicUrl: z.string().nullable().default(null),
    })
    .prefault({}),
  mode: z.enum(['sandbox', 'production']).default('sandbox'),
  key: z.string().min(8).default('not-a-secret'),
})

function load(yaml: string, { env = {}, secrets }: { env?: Record<string, string>; secrets?: string } = {}) {
  const dir = mkdtempSync(path.join(tmpdir(), 'tonewall-config-'))
  const file = path.join(dir, 'tonewall.yaml')
  writeFileSync(file, yaml)
  const secretsFile = secrets === undefined ? null : path.join(dir, 'secrets.yaml')
  if (secretsFile) writeFileSync(secretsFile, secrets ?? '')
  return loadConfig({ schema, file, secretsFile, env, envPrefix: 'TONEWALL_' })
}

function faultsOf(run: () => unknown) {
  try {
    run()
  } catch (error) {
    if (error instanceof ConfigInvalid) return error.faults
    throw error
  }
  throw new Error('the configuration was accepted')
}

describe('the configuration', () => {
  it('has defaults, is frozen to its depth, and an empty file is a valid one', () => {
    const config = load('')
    expect(config.control.port).toBe(8080)
    expect(Object.isFrozen(config.control)).toBe(true)
  })

  it('names the key, what was found and what is allowed, for every fault at once', () => {
    expect(faultsOf(() => load('control: { port: 70000 }\nmode: demo\ncolour: red'))).toEqual([
      { key: 'control.port', found: '70000', allowed: 'at most 65535' },
      { key: 'mode', found: '"demo"', allowed: 'sandbox, production' },
      { key: 'colour', found: 'an unknown key', allowed: 'the keys listed in config/tonewall.yaml' },
    ])
  })

  it('is overridden by the environment, and an unknown variable is a fault', () => {
    expect(
      load('control: { port: 1 }', { env: { TONEWALL_CONTROL_PORT: '9', TONEWALL_CONTROL_PUBLIC_URL: 'x' } })
        .control,
    ).toEqual({ port: 9, publicUrl: 'x' })
    expect(faultsOf(() => load('', { env: { TONEWALL_CONTROL_PROT: '9' } }))[0]?.key).toBe(
      'TONEWALL_CONTROL_PROT',
    )
  })

  it('takes a secret from the second file, or before it from the environment', () => {
    expect(load('key: secret://my-key', { secrets: 'my-key: from-the-file' }).key).toBe('from-the-file')
    const env = { TONEWALL_SECRET_MY_KEY: 'from-the-environment' }
    expect(load('key: secret://my-key', { secrets: 'my-key: from-the-file', env }).key).toBe(
      'from-the-environment',
    )
  })

  it('says where a missing secret belongs, and never prints one that is wrong', () => {
    expect(faultsOf(() => load('key: secret://my-key'))).toEqual([
      {
        key: 'key',
        found: 'secret://my-key, which has no value',
        allowed: 'a value for it in TONEWALL_SECRET_MY_KEY',
      },
    ])
    expect(faultsOf(() => load('key: secret://my-key', { secrets: 'my-key: short' }))[0]?.found).toBe(
      'a secret',
    )
  })

  it('says what is no YAML', () => {
    expect(faultsOf(() => load('a: [1'))[0]?.allowed).toBe('a readable YAML file')
    expect(faultsOf(() => load('- 1'))[0]?.allowed).toBe('a mapping of keys')
  })
})
