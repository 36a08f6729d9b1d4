import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The two pages of the house; `vite build --mode <name>` builds one of them. */
const pages: Readonly<Record<string, { root: string; outDir: string }>> = {
  desk: { root: here('src/desk'), outDir: here('dist/desk') },
  simulator: { root: here('src/simulator/browser'), outDir: here('dist/simulator') },
}

/**
 * Removes the last build's page and assets only: `dist/simulator` also holds what `tsc` compiled of the simulator's
 * server, which Vite's own emptying would delete.
 */
function removeLastBuild(): Plugin {
  let outDir = ''
  return {
    name: 'remove-last-build',
    apply: 'build',
    configResolved: (config) => {
      outDir = config.build.outDir
    },
    buildStart: () => {
      for (const own of ['index.html', 'assets']) rmSync(`${outDir}/${own}`, { recursive: true, force: true })
    },
  }
}

export default defineConfig(({ mode }) => {
  const page = pages[mode]
  if (!page) throw new Error(`say which page: vite build --mode ${Object.keys(pages).join(' | --mode ')}`)
  return {
    root: page.root,
    base: './',
    publicDir: false,
    plugins: [removeLastBuild()],
    worker: { format: 'es' },
    build: {
      outDir: page.outDir,
      emptyOutDir: false,
      target: 'es2023',
      // The pages are served with `script-src 'self'; style-src 'self'`: nothing may become a data: URL or inline.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      rolldownOptions: {
        // The currency table stands beside zod schemas; they are pure, and the browser needs none of them.
        treeshake: { manualPureFunctions: ['z'] },
      },
    },
  }
})
