import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../../..')

export type CompiledCard = {
  /** `…/vault/bundle/card.cjs` */
  readonly entry: string
  readonly dir: string
  remove(): void
}

/** Compiles and bundles the card process as the build does, into a folder of its own that any user may read. */
export function compileCard(): CompiledCard {
  const dir = mkdtempSync(join(tmpdir(), 'tonewall-card-'))
  chmodSync(dir, 0o755)
  const outDir = join(dir, 'dist')
  writeFileSync(join(dir, 'package.json'), '{"type":"module"}')
  writeFileSync(
    join(dir, 'tsconfig.json'),
    JSON.stringify({
      extends: join(root, 'tsconfig.build.json'),
      compilerOptions: {
        rootDir: join(root, 'src'),
        outDir,
        incremental: false,
        tsBuildInfoFile: null,
        typeRoots: [join(root, 'node_modules/@types')],
      },
      files: ['card/main.ts', 'card/door-main.ts', 'launch/nursery.ts'].map((file) =>
        join(root, 'src/vault', file),
      ),
      include: [],
    }),
  )
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', join(dir, 'tsconfig.json')], { stdio: 'inherit' })
  execFileSync(process.execPath, [join(root, 'scripts/bundle-cards.ts'), outDir], { stdio: 'inherit' })
  const remove = () => rmSync(dir, { recursive: true, force: true })
  return { entry: join(outDir, 'vault/bundle/card.cjs'), dir, remove }
}
