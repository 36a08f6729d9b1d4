import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'

/**
 * Compiles src/dsp/kernel/assembly/ and gives the text of src/dsp/kernel/kernel-wasm.ts, which is committed.
 *
 *   node test/dsp/support/build-kernel.ts     writes it
 */
const sources = [
  'calm.ts',
  'decode.ts',
  'gate.ts',
  'kernel.ts',
  'low-band.ts',
  'memory-map.ts',
  'pair-fit.ts',
]
const folder = new URL('../../../src/dsp/kernel/assembly/', import.meta.url)
const target = new URL('../../../src/dsp/kernel/kernel-wasm.ts', import.meta.url)

/** What we use of `assemblyscript/asc`. Its own types declare the globals of another language over those of Node. */
type Asc = {
  main(
    args: readonly string[],
    files: {
      readFile(name: string): string | null
      writeFile(name: string, contents: string | Uint8Array): void
      listFiles(): string[]
    },
  ): Promise<{ error: Error | null; stderr: { toString(): string } }>
}

export async function buildKernel(): Promise<string> {
  const compiler: string = 'assemblyscript/asc'
  const { default: asc } = (await import(compiler)) as { default: Asc }
  let binary: Uint8Array | undefined
  const { error, stderr } = await asc.main(
    [
      'kernel.ts',
      '--outFile=kernel.wasm',
      '--runtime=stub',
      '--optimizeLevel=3',
      '--shrinkLevel=0',
      '--converge',
      '--enable=simd',
      '--importMemory',
      '--noAssert',
      '--use=abort=',
    ],
    {
      readFile: (name) => (sources.includes(name) ? readFileSync(new URL(name, folder), 'utf8') : null),
      writeFile: (name, contents) => {
        if (name === 'kernel.wasm') binary = contents as Uint8Array
      },
      listFiles: () => [],
    },
  )
  if (error || !binary) throw new Error(`the kernel does not compile: ${stderr.toString()}`)
  const base64 = Buffer.from(binary).toString('base64')
  const lines = base64.match(/.{1,96}/g)!.map((line) => `  '${line}',`)
  return [
    '// Made from assembly/kernel.ts by test/dsp/support/build-kernel.ts; a test compares the two. Do not edit.',
    '',
    `/** SHA-256 of the WebAssembly module (${binary.length} bytes). */`,
    `export const kernelSha256 = '${createHash('sha256').update(binary).digest('hex')}'`,
    '',
    '/** The module, in base64, so that it needs no file at run time. */',
    'export const kernelBase64 = [',
    ...lines,
    "].join('')",
    '',
  ].join('\n')
}

if (import.meta.main) writeFileSync(target, await buildKernel())
