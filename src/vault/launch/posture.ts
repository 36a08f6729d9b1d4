import { statSync } from 'node:fs'
import type { Posture } from '../../contracts/vault-port.ts'
import type { Finding } from '../card-messages.ts'

/**
 * What production insists on. The others are a second lock on a door that one of these holds shut (Landlock's network
 * rules behind seccomp), or depend on limits that an operator sets (locked memory, a user of its own).
 */
const required: ReadonlySet<string> = new Set([
  'permission-model',
  'empty-environment',
  'no-new-privileges',
  'no-core-dump',
  'not-dumpable',
  'landlock-files',
  'seccomp',
  'ffi-dropped',
  'no-code-from-strings',
  'digit-sockets-private',
])

export type PostureOptions = {
  /** What the first card process found on itself. */
  readonly findings: readonly Finding[]
  readonly runDir: string
  /** The user that card processes run as, or null for the vault's own. */
  readonly cardUid: number | null
}

/** Every protection, tried and not assumed, with what it was seen by. */
export function postureOf({ findings, runDir, cardUid }: PostureOptions): Posture {
  const all = [...findings, ownUser(cardUid), privateSockets(runDir)]
  return {
    platform: `${process.platform}-${process.arch}, Node ${process.versions.node}`,
    protections: all.map((finding) => ({ ...finding, required: required.has(finding.protection) })),
  }
}

/** Names of the protections without which production must not start. */
export function missingIn({ protections }: Posture): string[] {
  return protections.filter(({ on, required }) => required && !on).map(({ protection }) => protection)
}

function ownUser(cardUid: number | null): Finding {
  const protection = 'own-user'
  const because =
    cardUid === null ? 'card processes run as the vault does' : `card processes run as user ${cardUid}`
  return { protection, on: cardUid !== null, because }
}

function privateSockets(runDir: string): Finding {
  const protection = 'digit-sockets-private'
  if (process.platform === 'win32') return { protection, on: false, because: 'no file modes on this system' }
  const { mode, gid } = statSync(runDir)
  const shared = (mode & 0o070) === 0 ? '' : `, shared with group ${gid}`
  const because = `folder of the sockets has mode ${(mode & 0o777).toString(8)}${shared}`
  return { protection, on: (mode & 0o007) === 0, because }
}
