import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const top = path.resolve(import.meta.dirname, '..', '..')
const read = (file: string) => readFileSync(path.join(top, file), 'utf8')
const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts)

/** Written by the operator, or by whoever adds a connector. */
const toBeWritten = new Set(['config/production.yaml', 'config/secrets.yaml'])
const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'].concat(
  readdirSync(path.join(top, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join('docs', name)),
)

describe.each(pages)('%s', (page) => {
  const text = read(page)

  it('links only to what exists', () => {
    const links = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g)].map(
      (match) => match[1] ?? '',
    )
    expect(links.filter((link) => !existsSync(path.join(top, path.dirname(page), link)))).toEqual([])
  })

  it('names only npm scripts that exist', () => {
    const named = [...text.matchAll(/npm run ([a-z][a-z:-]*)/g)].map((match) => match[1] ?? '')
    expect(named.filter((name) => !scripts.includes(name))).toEqual([])
  })

  it('names only source files and folders that exist', () => {
    const named = [...text.matchAll(/`((?:src|test|benchmarks|config|media|\.ci)\/[\w./-]*[\w/])`/g)].map(
      (match) => match[1] ?? '',
    )
    expect(
      named.filter(
        (name) => !toBeWritten.has(name) && !/NAME|acme-pay/.test(name) && !existsSync(path.join(top, name)),
      ),
    ).toEqual([])
  })
})

describe('the scripts', () => {
  it('that the README promises are there', () => {
    for (const name of [
      'start',
      'test',
      'check',
      'demo',
      'test:browser',
      'test:residue',
      'test:failclosed',
      'bench:latency',
    ]) {
      expect(scripts).toContain(name)
      expect(read('README.md')).toContain(
        name.includes(':') || name === 'check' || name === 'demo' ? `npm run ${name}` : `npm ${name}`,
      )
    }
  })
})

describe('the lock file', () => {
  it('records no download address', () => {
    expect(read('package-lock.json')).not.toMatch(/"resolved": "http/)
  })

  it('pins every direct dependency exactly', () => {
    const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies']) {
      for (const [name, version] of Object.entries(manifest[kind] ?? {}))
        expect(version, name).toMatch(/^\d+\.\d+\.\d+$/)
    }
  })
})
