import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { findCircle, importsOf, readSourceTree, type SourceFile } from './source-tree.ts'

const top = path.resolve(import.meta.dirname, '..', '..')
const sources = readSourceTree(top, 'src')

const floors: Readonly<Record<string, number>> = {
  dsp: 1,
  base: 1,
  contracts: 2,
  connectors: 3,
  crm: 3,
  ivr: 3,
  bridge: 3,
  vault: 3,
  sandbox: 3,
  desk: 3,
  simulator: 3,
  client: 3,
  control: 4,
  supervisor: 4,
  dtmf: 4,
  demo: 4,
  cli: 4,
}

/** Arrows within a floor that are drawn in docs/architecture.md. */
const sameFloor = new Set([
  'cli→control',
  'cli→supervisor',
  'cli→demo',
  'demo→supervisor',
  'desk→client',
  'cli→dtmf',
  'demo→dtmf',
])

/** The command line reads the overrides; the card process only counts that it has no variable at all. */
const readsEnvironment = new Set(
  [
    ['cli', 'configuration.ts'],
    ['vault', 'launch', 'seal.ts'],
  ].map((parts) => path.join('src', ...parts)),
)

const roomOf = (file: string) => file.split(path.sep)[1] ?? ''
const inRoom = (room: string) =>
  sources.filter(({ file }) => file.startsWith(path.join('src', room) + path.sep))

function reach(start: readonly SourceFile[]): SourceFile[] {
  const found = new Map(start.map((source) => [source.file, source]))
  for (const source of found.values()) {
    for (const name of source.loads.imports) {
      const next = sources.find(({ file }) => file === name)
      if (next) found.set(next.file, next)
    }
  }
  return [...found.values()]
}

describe('the floors', () => {
  it('have a place for every room', () => {
    expect(sources.length).toBeGreaterThan(100)
    for (const { file } of sources) expect(floors, file).toHaveProperty(roomOf(file))
  })

  it('are only ever imported downwards', () => {
    const upward = sources.flatMap(({ file, imports }) =>
      imports
        .filter((target) => roomOf(target) !== roomOf(file))
        .filter((target) => {
          const [from, to] = [floors[roomOf(file)] ?? 0, floors[roomOf(target)] ?? 0]
          return to > from || (to === from && !sameFloor.has(`${roomOf(file)}→${roomOf(target)}`))
        })
        .map((target) => `${file} → ${target}`),
    )
    expect(upward).toEqual([])
  })

  it('have no circle', () => {
    expect(findCircle(sources)).toBeNull()
  })

  it('let every import be found', () => {
    const files = new Set(sources.map(({ file }) => file))
    const lost = sources.flatMap(({ file, imports }) =>
      imports
        .filter((target) => target.endsWith('.ts') && !files.has(target))
        .map((target) => `${file} → ${target}`),
    )
    expect(lost).toEqual([])
  })

  it('keep the vault to itself: nobody imports it', () => {
    const guests = sources.filter(
      ({ file, imports }) => roomOf(file) !== 'vault' && imports.some((name) => roomOf(name) === 'vault'),
    )
    expect(guests.map(({ file }) => file)).toEqual([])
  })

  it('let dsp import nothing but itself', () => {
    for (const { file, imports, packages } of inRoom('dsp')) {
      expect(packages, file).toEqual([])
      expect(
        imports.filter((name) => roomOf(name) !== 'dsp'),
        file,
      ).toEqual([])
    }
  })

  it('keep connectors, CRM adapters and dialogues pure: no network, disk, clock or environment', () => {
    // node:crypto for the signatures of webhooks: a function of bytes and a key. It may not draw random numbers.
    const allowed = new Set(['zod', 'node:crypto'])
    // Functions of their arguments: templates of the merchant's, and the spellings of a phone number.
    const ofCrm = new Set([...allowed, 'mustache', 'libphonenumber-js'])
    const impure =
      /\b(fetch|setTimeout|setInterval|Date\.now|new Date\(\)|process\.|performance\.|Math\.random|random(Bytes|Int|UUID|Fill))\b/
    for (const { file, packages, text } of [...inRoom('connectors'), ...inRoom('crm'), ...inRoom('ivr')]) {
      expect(
        packages.filter((name) => !(roomOf(file) === 'crm' ? ofCrm : allowed).has(name)),
        file,
      ).toEqual([])
      expect(text.match(impure)?.[0], file).toBeUndefined()
    }
  })

  it('keep process.env in the entry files, and the wall clock in the clock', () => {
    for (const { file, text } of sources.filter(({ file }) => !/desk|browser/.test(file))) {
      const entry = file.endsWith(`${path.sep}main.ts`) || readsEnvironment.has(file)
      if (!entry) expect(text.includes('process.env'), file).toBe(false)
      if (file !== path.join('src', 'base', 'clock.ts'))
        expect(/\bDate\.now\(|new Date\(\)/.test(text), file).toBe(false)
    }
  })
})

describe('the card process', () => {
  const card = reach(inRoom(path.join('vault', 'card')))

  it('exists', () =>
    expect(card.map(({ file }) => file)).toContain(path.join('src', 'vault', 'card', 'main.ts')))

  it('takes nothing from npm, and of Node only sockets, TLS and what it needs to shut itself in', () => {
    const allowed = new Set([
      'node:net',
      'node:tls',
      'node:buffer',
      'node:crypto',
      'node:ffi',
      'node:fs',
      'node:process',
    ])
    // V8's flags are set in one place; what else that module can do (a dump of the heap) wants a file, which the seal refuses.
    const setsFlags = path.join('src', 'vault', 'launch', 'short-life.ts')
    for (const {
      file,
      loads: { packages },
    } of card)
      expect(
        packages.filter((name) => !allowed.has(name)),
        file,
      ).toEqual(file === setsFlags ? ['node:v8'] : [])
  })

  it('uses no fetch, no JSON reader, no logger and no console where digits are', () => {
    const digits = card.filter(({ file }) => file.startsWith(path.join('src', 'vault', 'card')))
    for (const { file, text } of digits) {
      expect(
        text.match(/\bfetch\(|JSON\.parse|console\.|process\.stdout|process\.stderr/)?.[0],
        file,
      ).toBeUndefined()
    }
  })
})

describe('the desk', () => {
  const desk = inRoom('desk')

  it('asks control by the typed client alone, whose schemas stay out of the page', () => {
    const loaded = reach(desk).map(({ file }) => file)
    const ofClient = loaded.filter((file) => roomOf(file) === 'client').sort()
    const without = ['api-client.ts', 'new-key.ts', 'routes.ts']
    expect(ofClient).toEqual(without.map((name) => path.join('src', 'client', name)))
    const asks = desk.filter(({ text }) => /\bfetch\(/.test(text)).map(({ file }) => path.basename(file))
    expect(asks).toEqual(['desk-client.ts'])
    const paths = desk.filter(({ text }) => /['"`]\/v1\/(?!events)/.test(text))
    expect(paths.map(({ file }) => file)).toEqual([])
  })
})

describe('these rules', () => {
  it('would see a circle, an import in any form, and a lost one', () => {
    const a = {
      file: 'a.ts',
      imports: ['b.ts'],
      packages: [],
      text: '',
      loads: { imports: [], packages: [] },
    }
    const b = {
      file: 'b.ts',
      imports: ['a.ts'],
      packages: [],
      text: '',
      loads: { imports: [], packages: [] },
    }
    expect(findCircle([a, b])).toEqual(['a.ts', 'b.ts', 'a.ts'])
    const text =
      "import x from './x.ts'\nimport {\n  y,\n} from './y.ts'\nexport * from './z.ts'\nimport './w.ts'\nawait import('./v.ts')"
    expect(
      importsOf(
        "import type { A } from './a.ts'\nimport { type B } from './b.ts'\nimport { c } from './c.ts'",
        'loaded',
      ),
    ).toEqual(['./c.ts'])
    expect(importsOf(text)).toEqual(['./x.ts', './y.ts', './z.ts', './w.ts', './v.ts'])
  })
})
