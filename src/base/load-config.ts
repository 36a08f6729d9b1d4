import { readFileSync } from 'node:fs'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { AppError } from './errors.ts'

/** One thing that is wrong with a configuration: its key, what was found there, and what is allowed. */
export type ConfigFault = { readonly key: string; readonly found: string; readonly allowed: string }

/** The configuration cannot be used; every fault is listed at once. */
export class ConfigInvalid extends AppError {
  readonly code = 'CONFIG_INVALID'
  readonly remedy = 'fix-request'
  readonly faults: readonly ConfigFault[]
  constructor(faults: readonly ConfigFault[]) {
    super(faults.map(({ key, found, allowed }) => `${key}: found ${found}; allowed: ${allowed}`).join('\n'))
    this.faults = faults
  }
}

export type LoadConfigOptions<S extends z.ZodObject> = {
  readonly schema: S
  /** YAML file; null loads the defaults. */
  readonly file: string | null
  /** YAML file of `name: value` pairs that `secret://name` refers to; null when there is none. */
  readonly secretsFile: string | null
  /** Variables that begin with the prefix override scalars: `TONEWALL_CONTROL_PORT` is `control.port`. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly envPrefix: string
}

const secretScheme = 'secret://'
type Tree = { [key: string]: unknown }

/** Reads, overrides, resolves secrets, validates and freezes. Throws ConfigInvalid. */
export function loadConfig<S extends z.ZodObject>(options: LoadConfigOptions<S>): z.output<S> {
  const faults: ConfigFault[] = []
  const tree = options.file === null ? {} : readTree(options.file)
  const overridden = applyEnvironment(tree, options, faults)
  const secrets = options.secretsFile === null ? {} : readTree(options.secretsFile)
  const secretKeys = new Set<string>()
  const resolved = resolveSecrets(overridden, [], (name, key) => {
    secretKeys.add(key)
    const fromEnv = options.env[`${options.envPrefix}SECRET_${envName([name])}`]
    const value = fromEnv ?? secrets[name]
    if (typeof value === 'string' && value !== '') return value
    const places = `${options.envPrefix}SECRET_${envName([name])}${options.secretsFile ? `, or ${options.secretsFile}` : ''}`
    faults.push({
      key,
      found: `secret://${name}, which has no value`,
      allowed: `a value for it in ${places}`,
    })
    return undefined
  })
  const parsed = options.schema.safeParse(resolved)
  if (!parsed.success)
    faults.push(...parsed.error.issues.flatMap((issue) => explain(issue, resolved, secretKeys)))
  if (faults.length > 0 || !parsed.success) throw new ConfigInvalid(faults)
  return deepFreeze(parsed.data)
}

function readTree(file: string): Tree {
  let value: unknown
  try {
    value = parseYaml(readFileSync(file, 'utf8')) ?? {}
  } catch (error) {
    const found = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'an unreadable file'
    throw new ConfigInvalid([{ key: file, found, allowed: 'a readable YAML file' }])
  }
  if (typeof value === 'object' && !Array.isArray(value)) return value as Tree
  throw new ConfigInvalid([{ key: file, found: 'a single value or a list', allowed: 'a mapping of keys' }])
}

function applyEnvironment<S extends z.ZodObject>(
  tree: Tree,
  options: LoadConfigOptions<S>,
  faults: ConfigFault[],
): Tree {
  const { env, envPrefix, schema } = options
  const paths = new Map(scalarPaths(schema).map((path) => [envPrefix + envName(path), path]))
  const result = structuredClone(tree)
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || !name.startsWith(envPrefix) || name.startsWith(`${envPrefix}SECRET_`)) continue
    const path = paths.get(name)
    if (path) setAt(result, path, parseYaml(value))
    else
      faults.push({
        key: name,
        found: 'an environment variable of no key',
        allowed: [...paths.keys()].sort().join(', '),
      })
  }
  return result
}

/** `['control', 'publicUrl']` → `CONTROL_PUBLIC_URL` */
function envName(path: readonly string[]): string {
  return path
    .map((part) => part.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll('-', '_'))
    .join('_')
    .toUpperCase()
}

function scalarPaths(schema: z.core.$ZodType, path: readonly string[] = []): string[][] {
  const inner = unwrap(schema)
  if (inner instanceof z.ZodArray || inner instanceof z.ZodRecord) return []
  if (!(inner instanceof z.ZodObject)) return [[...path]]
  return Object.entries(inner.shape).flatMap(([key, child]) => scalarPaths(child, [...path, key]))
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return unwrap(schema.def.innerType)
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return unwrap(schema.def.innerType)
  return schema
}

function setAt(tree: Tree, path: readonly string[], value: unknown): void {
  const [head, ...rest] = path as [string, ...string[]]
  if (rest.length === 0) {
    tree[head] = value
    return
  }
  const child = tree[head]
  const next = typeof child === 'object' && child !== null ? (child as Tree) : {}
  tree[head] = next
  setAt(next, rest, value)
}

function resolveSecrets(
  value: unknown,
  path: readonly string[],
  find: (name: string, key: string) => string | undefined,
): unknown {
  if (typeof value === 'string' && value.startsWith(secretScheme))
    return find(value.slice(secretScheme.length), path.join('.'))
  if (Array.isArray(value)) return value.map((item, i) => resolveSecrets(item, [...path, String(i)], find))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, resolveSecrets(child, [...path, key], find)]),
  )
}

function explain(issue: z.core.$ZodIssue, tree: unknown, secretKeys: ReadonlySet<string>): ConfigFault[] {
  const key = issue.path.join('.')
  // The missing secret itself has been reported already.
  if (secretKeys.has(key) && valueAt(tree, issue.path) === undefined) return []
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => ({
      key: [...issue.path, name].join('.'),
      found: 'an unknown key',
      allowed: 'the keys listed in config/tonewall.yaml',
    }))
  }
  const value = valueAt(tree, issue.path)
  const found = value === undefined ? 'nothing' : secretKeys.has(key) ? 'a secret' : JSON.stringify(value)
  return [{ key: key || '(the whole file)', found, allowed: allowedBy(issue) }]
}

function allowedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return issue.values.map(String).join(', ')
    case 'too_small':
      return `${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`
    case 'too_big':
      return `${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`
    case 'invalid_type':
      return `a value of type ${issue.expected}`
    default:
      return issue.message
  }
}

function valueAt(tree: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? (value as Tree)[String(key)] : undefined),
    tree,
  )
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const child of Object.values(value)) deepFreeze(child)
  }
  return value
}
