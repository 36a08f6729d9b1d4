import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client } from 'pg'

/** Where Debian's `postgresql` package puts its programs: the newest version that is there. */
export function postgresFolder(): string | undefined {
  const root = '/usr/lib/postgresql'
  if (!existsSync(root)) return undefined
  const newest = readdirSync(root).sort((a, b) => Number(b) - Number(a))
  return newest.map((version) => path.join(root, version, 'bin')).find((bin) => existsSync(`${bin}/initdb`))
}

export const postgresIsMissing = 'PostgreSQL is not installed here: apt-get install -y postgresql'

type Identity = { readonly uid?: number; readonly gid?: number }

/** PostgreSQL refuses to run as root: then it runs as the package's own user. */
function identity(): Identity {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** A PostgreSQL server of the test's own: a fresh data folder, a private port, a password; gone when it is stopped. */
export class PostgresServer {
  readonly port: number
  readonly #folder: string
  readonly #bin: string
  readonly #identity: Identity
  readonly #password: string
  #process: ChildProcess | undefined
  /** Settles when what was killed has ended. */
  #gone: Promise<void> = Promise.resolve()
  #count = 0

  private constructor(bin: string, port: number, folder: string) {
    this.#bin = bin
    this.port = port
    this.#identity = identity()
    this.#password = randomBytes(16).toString('hex')
    this.#folder = mkdtempSync(path.join(folder, 'tonewall-postgres-'))
  }

  /** `durable`: on a disk, where a commit costs what it costs. */
  static async start({ durable = false } = {}): Promise<PostgresServer> {
    const bin = postgresFolder()
    if (!bin) throw new Error(postgresIsMissing)
    const server = new PostgresServer(bin, await freePort(), durable ? tmpdir() : spaciousFolder())
    server.#initialise()
    await server.resume()
    return server
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  /** The address of a database on this server; of the one for maintenance unless named. */
  url(database = 'postgres'): string {
    return `postgres://tonewall:${this.#password}@127.0.0.1:${this.port}/${database}`
  }

  /** An empty database, or a copy of another. Answers its address. */
  async database(template?: string): Promise<string> {
    const name = `t${process.pid}_${this.#count++}`
    await this.run(`create database ${name}${template ? ` template ${template}` : ''}`)
    return this.url(name)
  }

  async run(statement: string): Promise<void> {
    const client = new Client({ connectionString: this.url() })
    await client.connect()
    try {
      await client.query(statement)
    } finally {
      await client.end()
    }
  }

  /** Starts it again on the same data, after `kill`: clients are cut off before the last of it has ended. */
  async resume(): Promise<void> {
    await this.#gone
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: this.#folder,
      max_connections: '300',
      shared_buffers: '64MB',
    }
    const options = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])
    const child = spawn(
      path.join(this.#bin, 'postgres'),
      ['-D', this.#data, '-p', String(this.port), ...options],
      { ...this.#identity, cwd: this.#folder, stdio: ['ignore', 'ignore', 'pipe'], env: {} },
    )
    this.#process = child
    // Whoever forgets to stop it, or is stopped: it must not stay behind.
    const lastWord = () => child.kill('SIGQUIT')
    process.once('exit', lastWord)
    child.once('exit', () => process.off('exit', lastWord))
    let said = ''
    child.stderr?.on('data', (text) => {
      said = (said + String(text)).slice(-2_000)
    })
    for (const untilMs = performance.now() + 30_000; ; ) {
      if (child.exitCode !== null || performance.now() > untilMs)
        throw new Error(`PostgreSQL did not start: ${said}`)
      const answers = await this.run('select 1').then(
        () => true,
        () => false,
      )
      if (answers) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** At once, as a power cut would: every connection is lost. Its own child processes end with it. */
  async kill(signal: 'SIGQUIT' | 'SIGINT' = 'SIGQUIT'): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    this.#gone = new Promise((resolve) => child.once('exit', () => resolve()))
    child.kill(signal)
    await this.#gone
  }

  async stop(): Promise<void> {
    await this.kill('SIGINT')
    rmSync(this.#folder, { recursive: true, force: true })
  }

  get #data(): string {
    return path.join(this.#folder, 'data')
  }

  #initialise(): void {
    const { uid, gid } = this.#identity
    const passwordFile = path.join(this.#folder, 'password')
    writeFileSync(passwordFile, this.#password, { mode: 0o600 })
    if (uid !== undefined && gid !== undefined) {
      chownSync(this.#folder, uid, gid)
      chownSync(passwordFile, uid, gid)
    }
    const user = ['--username', 'tonewall', '--pwfile', passwordFile, '--auth', 'scram-sha-256']
    const how = ['--encoding', 'UTF8', '--locale', 'C.UTF-8', '--no-sync']
    execFileSync(path.join(this.#bin, 'initdb'), ['-D', this.#data, ...user, ...how], {
      ...this.#identity,
      cwd: this.#folder,
      stdio: 'pipe',
      env: { PATH: '/usr/bin:/bin' },
    })
  }
}

/** In memory where there is room for it: what is tested is not the disk's speed. */
function spaciousFolder(): string {
  const memory = '/dev/shm'
  if (!existsSync(memory)) return tmpdir()
  const { bavail, bsize } = statfsSync(memory)
  return bavail * bsize > 2 * 1024 ** 3 ? memory : tmpdir()
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
