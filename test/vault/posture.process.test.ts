import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import type { Finding } from '../../src/vault/card-messages.ts'
import { CardProcess } from '../../src/vault/card-process.ts'
import { cardProtections } from '../../src/vault/launch/seal.ts'
import { openNursery } from '../../src/vault/nursery.ts'
import { type CompiledCard, compileCard } from './support/compiled-card.ts'
import { startTestGateway, type TestGateway } from './support/test-gateway.ts'
import { cardUid, VaultHarness } from './support/vault-harness.ts'

type Probes = { readonly node: Record<string, string>; readonly kernel: Record<string, number> }

let compiled: CompiledCard
let dir: string
let gateway: TestGateway

beforeAll(async () => {
  compiled = compileCard()
  dir = mkdtempSync(join(tmpdir(), 'tonewall-gateway-'))
  gateway = await startTestGateway(dir)
})

afterAll(async () => {
  await gateway?.close()
  compiled?.remove()
  rmSync(dir, { recursive: true, force: true })
})

/** Puts the probe where the card process lies, so that it may read what that one may. */
function probeEntry(): string {
  const entry = join(compiled.dir, 'dist/vault/card/posture-probe.js')
  copyFileSync(join(import.meta.dirname, 'support/posture-probe.mjs'), entry)
  return entry
}

function probesIn(findings: readonly Finding[]): Probes {
  return JSON.parse(findings.find(({ protection }) => protection === 'probes')!.because)
}

const eperm = -1

describe.runIf(process.platform === 'linux')('inside the sandbox of a card process', () => {
  it('every way out is refused, by Node and, past Node, by the kernel', async () => {
    const entry = probeEntry()
    const nursery = openNursery({ entry, uid: cardUid })
    const card = new CardProcess({ entry, nursery, clock: systemClock })
    const findings = await card.ready
    nursery.close()
    await card.gone
    expect(findings.filter(({ on }) => !on)).toEqual([])
    const { node, kernel } = probesIn(findings)
    expect(Object.entries(node).filter(([, result]) => result === 'allowed')).toEqual([])
    expect(kernel).toEqual(Object.fromEntries(Object.keys(kernel).map((name) => [name, eperm])))
  })

  it('and outside of it the same attempts succeed, so that they are known to be attempts', async () => {
    const child = spawn(process.execPath, ['--no-warnings', probeEntry(), '--in-the-open'], {
      env: {},
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const report = await new Promise<{ findings: Finding[] }>((resolve) =>
      child.once('message', resolve as () => void),
    )
    child.disconnect()
    const { node, kernel } = probesIn(report.findings)
    const { connect, ...rest } = node
    expect(connect).toBe('ECONNREFUSED')
    expect(new Set(Object.values(rest))).toEqual(new Set(['allowed']))
    expect(kernel.socket).toBeGreaterThan(0)
    expect(kernel.memfd).not.toBe(eperm)
    expect(kernel.ruleset).toBeGreaterThanOrEqual(0)
    expect(kernel.dumpableAgain).toBe(0)
  })
})

describe('the posture of the vault', () => {
  it('names every protection, whether it is on, and why', async () => {
    const { origin, caFile } = gateway
    const gateways = [{ connector: 'sandbox', origin, caFile }]
    const vault = await VaultHarness.start({ cardEntry: compiled.entry, gateways })
    const { protections, platform } = await vault.client.call('posture', {})
    await vault.stop()
    console.log(platform)
    expect(protections.map(({ protection }) => protection)).toEqual([
      ...cardProtections,
      'own-user',
      'digit-sockets-private',
    ])
    expect(protections.every(({ because }) => because.length > 0)).toBe(true)
    if (process.platform === 'linux')
      expect(protections.filter(({ on, required }) => required && !on)).toEqual([])
  })

  it('keeps production from starting when a required protection is off, and not the sandbox', async () => {
    // A card process that finds itself in the open.
    const openDir = join(compiled.dir, 'dist/vault/open')
    mkdirSync(openDir, { recursive: true })
    const cardEntry = join(openDir, 'main.js')
    const finding = { protection: 'seccomp', on: false, because: 'a test says so' }
    writeFileSync(
      cardEntry,
      `process.on('message', () => process.exit(0)); process.on('disconnect', () => process.exit(0))
      process.send({ type: 'ready', findings: [${JSON.stringify(finding)}] })`,
    )
    const refused = new VaultHarness({ cardEntry, gateways: [], mode: 'production' })
    expect(await refused.exited).toMatchObject({
      code: 5,
      message: { type: 'failed', code: 'VAULT_DEGRADED' },
    })
    await refused.stop()
    const vault = await VaultHarness.start({ cardEntry, gateways: [], mode: 'sandbox' })
    expect((await vault.client.call('posture', {})).protections).toContainEqual({
      ...finding,
      required: true,
    })
    await vault.stop()
  })

  it('says so when the card process cannot be started at all', async () => {
    const vault = new VaultHarness({
      cardEntry: join(compiled.dir, 'dist/vault/card/nothing.js'),
      gateways: [],
    })
    expect(await vault.exited).toMatchObject({
      code: 1,
      message: { type: 'failed', code: 'CARD_PROCESS_NOT_STARTED' },
    })
    await vault.stop()
  })
})
