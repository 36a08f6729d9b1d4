import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const examples = path.resolve(import.meta.dirname, '..', '..', '..', 'config', 'flows')

/** The example flows in a folder of their own, each changed in a few places that must be there. */
export class ChangedFlows {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'flows-'))

  constructor(changes: Readonly<Record<string, readonly (readonly [from: string, to: string])[]>>) {
    for (const [name, pairs] of Object.entries(changes)) {
      const file = `${name}.yaml`
      const changed = pairs.reduce(
        (yaml, [from, to]) => {
          if (!yaml.includes(from)) throw new Error(`${file} does not have: ${from}`)
          return yaml.replace(from, to)
        },
        readFileSync(path.join(examples, file), 'utf8'),
      )
      writeFileSync(path.join(this.folder, file), changed)
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
