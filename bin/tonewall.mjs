#!/usr/bin/env node
// Finds Node 26 (npm installs it beside us, whatever Node the machine has) and hands over to the command line. In a
// checkout that was not built yet, builds it first: card processes and pages run from dist.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const home = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const source = path.join(home, 'src', 'cli', 'main.ts')
const inCheckout = existsSync(source)
const main = inCheckout ? source : path.join(home, 'dist', 'cli', 'main.js')

if (inCheckout && !existsSync(path.join(home, 'dist'))) build()

if (Number.parseInt(process.versions.node, 10) >= 26) {
  await import(pathToFileURL(main).href)
} else {
  const child = spawn(nodeOfPackage(), ['--no-warnings', main, ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
}

function build() {
  console.error('tonewall: first run in this checkout, building')
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: home,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    console.error('tonewall: the build failed; run npm ci, then npm run build')
    process.exit(1)
  }
}

function nodeOfPackage() {
  const require = createRequire(import.meta.url)
  const { platform, arch } = process
  for (const name of [
    `node-${platform === 'win32' ? 'win' : platform}-${arch}`,
    `node-bin-${platform}-${arch}`,
  ]) {
    try {
      const manifest = require.resolve(`${name}/package.json`)
      return path.join(path.dirname(manifest), require(manifest).bin.node)
    } catch {}
  }
  console.error(
    `tonewall needs Node 26; this is ${process.version}, and no Node 26 package is installed for ${platform}-${arch}. Run npm ci.`,
  )
  process.exit(1)
}
