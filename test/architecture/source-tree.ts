import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** One source file: its path from the top of the repository, and what it imports. */
export type SourceFile = {
  readonly file: string
  /** Files of ours, as paths from the top. */
  readonly imports: readonly string[]
  /** `node:net`, `zod`, … */
  readonly packages: readonly string[]
  /** The same without `import type`, which is gone when the program runs. */
  readonly loads: { readonly imports: readonly string[]; readonly packages: readonly string[] }
  readonly text: string
}

const importPattern =
  /(?:^|\n)\s*(?:import|export)\s(?:[^'"]*?\sfrom\s*)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

/** Reads every TypeScript file below `root` (for example `src`), with its imports resolved. */
export function readSourceTree(top: string, root: string): SourceFile[] {
  return readdirSync(path.join(top, root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes(`${path.sep}assembly${path.sep}`))
    .map((name) => readSource(top, path.join(root, name)))
}

function readSource(top: string, file: string): SourceFile {
  const text = readFileSync(path.join(top, file), 'utf8')
  return { file, text, ...parted(importsOf(text), file), loads: parted(importsOf(text, 'loaded'), file) }
}

function parted(specifiers: readonly string[], file: string) {
  const ours = specifiers.filter((specifier) => specifier.startsWith('.'))
  return {
    imports: ours.map((specifier) => path.join(path.dirname(file), specifier.replace(/\?.*$/, ''))),
    packages: specifiers.filter((specifier) => !specifier.startsWith('.')).map(packageOf),
  }
}

/** What a text imports; with `loaded`, without what is imported only as types. */
export function importsOf(text: string, which: 'all' | 'loaded' = 'all'): string[] {
  return [...text.matchAll(importPattern)]
    .filter(([statement]) => which === 'all' || !onlyTypes(statement))
    .map((match) => match[1] ?? match[2] ?? '')
}

/** `import type …`, or an import whose names all carry `type`. */
function onlyTypes(statement: string): boolean {
  if (/^\s*(import|export)\s+type\s/.test(statement)) return true
  const names =
    /\{([^}]*)\}/
      .exec(statement)?.[1]
      ?.split(',')
      .map((name) => name.trim())
      .filter(Boolean) ?? []
  return (
    names.length > 0 &&
    /^\s*(import|export)\s*\{/.test(statement) &&
    names.every((name) => name.startsWith('type '))
  )
}

function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '')
}

/** The first import circle below these files, as a path that ends where it begins; null when there is none. */
export function findCircle(files: readonly SourceFile[]): string[] | null {
  const byName = new Map(files.map((source) => [source.file, source]))
  const done = new Set<string>()
  const trail: string[] = []
  const visit = (file: string): string[] | null => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file]
    if (done.has(file)) return null
    trail.push(file)
    for (const next of byName.get(file)?.imports ?? []) {
      const circle = visit(next)
      if (circle) return circle
    }
    trail.pop()
    done.add(file)
    return null
  }
  for (const { file } of files) {
    const circle = visit(file)
    if (circle) return circle
  }
  return null
}
