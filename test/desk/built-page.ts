import { execFile } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const top = path.resolve(import.meta.dirname, '..', '..')

/** Builds a page of the house as it is built for production, into a folder of its own. */
export async function buildPage(page: 'desk' | 'simulator'): Promise<string> {
  const outDir = await mkdtemp(path.join(tmpdir(), `tonewall-${page}-`))
  const vite = path.join(top, 'node_modules', 'vite', 'bin', 'vite.js')
  const options = ['build', '--mode', page, '--outDir', outDir, '--logLevel', 'warn']
  await promisify(execFile)(process.execPath, [vite, ...options], {
    cwd: top,
    env: { PATH: process.env.PATH ?? '' },
  })
  return outDir
}
