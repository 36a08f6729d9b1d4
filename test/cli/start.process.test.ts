import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts } from '../../src/supervisor/free-ports.ts'

const top = path.resolve(import.meta.dirname, '..', '..')
const command = [process.execPath, path.join(top, 'bin', 'tonewall.mjs')] as const
const home = mkdtempSync(path.join(tmpdir(), 'tonewall-start-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const [control, bridge, gateway, simulator, office] = await freePorts(5)
const ports = {
  CONTROL_PORT: control,
  BRIDGE_PORT: bridge,
  SANDBOX_GATEWAY_PORT: gateway,
  SANDBOX_SIMULATOR_PORT: simulator,
  SANDBOX_OFFICE_PORT: office,
}
const env = (dataDir: string) => ({
  PATH: process.env.PATH,
  TONEWALL_DATA_DIR: dataDir,
  ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [`TONEWALL_${name}`, String(port)])),
})

function run(args: readonly string[], extra: Record<string, string> = {}) {
  const [node, script] = command
  return spawnSync(node, [script, ...args], {
    cwd: home,
    encoding: 'utf8',
    env: { ...env(path.join(home, 'data')), ...extra },
  })
}

describe('tonewall', () => {
  it.each([[], ['start'], ['demo'], ['call'], ['config'], ['config', 'check'], ['posture']])(
    '%s explains itself',
    (...words) => {
      const { status, stdout } = run([...words, '--help'])
      expect(status).toBe(0)
      expect(stdout).toContain('Usage: tonewall')
    },
  )

  it('config check accepts the configuration that comes with it', () => {
    expect(run(['config', 'check']).stdout).toContain('valid, sandbox mode')
  })

  it('config check names the key, what was found and what is allowed, and ends with 2', () => {
    const file = path.join(home, 'wrong.yaml')
    writeFileSync(file, 'control: { port: 99999 }\n')
    const { status, stderr } = run(['config', 'check', '--config', file], { TONEWALL_CONTROL_PORT: '99999' })
    expect(status).toBe(2)
    expect(stderr).toContain('control.port: found 99999; allowed: at most 65535')
  })

  it('start ends with 3 and one clear line when a port is taken, leaving nothing behind', async () => {
    const server = net.createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const { status, stderr } = run(['start'], {
      TONEWALL_CONTROL_PORT: String(port),
      TONEWALL_LOG_LEVEL: 'silent',
    })
    server.close()
    expect({ status, lines: stderr.trim().split('\n') }).toEqual({
      status: 3,
      lines: [
        `tonewall: control: 127.0.0.1:${port} is taken; stop what listens there, or set control.port (TONEWALL_CONTROL_PORT) to a free port`,
      ],
    })
    expect(childrenOf('tonewall-start')).toEqual([])
  })
})

describe('a running platform', () => {
  let platform: ChildProcess
  let output = ''

  beforeAll(async () => {
    const [node, script] = command
    platform = spawn(node, [script, 'start'], {
      cwd: home,
      env: env(path.join(home, 'running')),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    await new Promise<void>((resolve, reject) => {
      platform.once('exit', (code) => reject(new Error(`the platform ended with ${code}`)))
      platform.stdout?.on('data', (chunk) => {
        output += chunk
        if (output.includes('Ctrl-C stops everything')) resolve()
      })
    })
  })

  it('prints where to go and how to log in', () => {
    expect(output).toContain(`http://127.0.0.1:${control}`)
    expect(output).toMatch(/log in as\s+\S+@\S+\s+password\s+\S{8,}/)
  })

  it('gives its children no environment and no secret in their arguments', () => {
    const credentials = JSON.parse(
      readFileSync(path.join(home, 'running', 'sandbox.json'), 'utf8'),
    ) as Record<string, string>
    const children = descendantsOf(platform.pid ?? 0)
    expect(children.length).toBeGreaterThanOrEqual(5)
    for (const pid of children) {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean)
      expect(environment.filter((entry) => !/^(NODE_CHANNEL_|PATH=\/usr\/bin$)/.test(entry))).toEqual([])
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      for (const secret of Object.values(credentials)) expect(line).not.toContain(secret)
    }
  })

  it.each(['bridge', 'control', 'vault', 'sandbox', 'simulator'])(
    'starts %s again when it is killed',
    async (name) => {
      const find = () =>
        descendantsOf(platform.pid ?? 0).find((pid) =>
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`/${name}/main.ts`),
        )
      const before = find()
      expect(before).toBeDefined()
      process.kill(before ?? 0, 'SIGKILL')
      await expect
        .poll(
          () => {
            const now = find()
            return now !== undefined && now !== before
          },
          { timeout: 15_000 },
        )
        .toBe(true)
      await expect
        .poll(
          () =>
            fetch(`http://127.0.0.1:${control}/readyz`).then(
              ({ status }) => status,
              () => 0,
            ),
          { timeout: 15_000 },
        )
        .toBe(200)
    },
  )

  it('stops cleanly on SIGTERM and leaves no process behind', async () => {
    const all = descendantsOf(platform.pid ?? 0)
    const exit = new Promise((resolve) => platform.once('exit', resolve))
    platform.kill('SIGTERM')
    expect(await exit).toBe(0)
    await expect.poll(() => all.filter(alive), { timeout: 5_000 }).toEqual([])
  })
})

function parentOf(pid: number): number {
  try {
    return Number(/PPid:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    return 0
  }
}

function allPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

function descendantsOf(root: number): number[] {
  const pids = allPids()
  const found = new Set([root])
  for (let grew = true; grew; ) {
    const next = pids.filter((pid) => !found.has(pid) && found.has(parentOf(pid)))
    grew = next.length > 0
    for (const pid of next) found.add(pid)
  }
  found.delete(root)
  return [...found]
}

function alive(pid: number): boolean {
  return allPids().includes(pid)
}

function childrenOf(mark: string): number[] {
  return allPids().filter((pid) => {
    try {
      return pid !== process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(mark)
    } catch {
      return false
    }
  })
}
