import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export type KamailioOptions = {
  readonly program: string
  /** The folder that holds `kamailio.cfg`. */
  readonly configDir: string
  /** `host:port` to listen on (UDP). */
  readonly listen: string
  /** `host:port` of the trunk and of the PBX. */
  readonly trunk: string
  readonly pbx: string
  /** The bridges' NG sockets, as `host:port`. */
  readonly bridges: readonly string[]
  /** Calls that end at Tonewall: where the drachtio server speaks SIP, and which numbers lead there. */
  readonly terminated?: TerminatedNumbers & { readonly at: string }
  /** Recognise trunk and PBX by their port too: both are on this machine. */
  readonly matchPorts: boolean
  /** Seconds between two OPTIONS to trunk and PBX; 0 for parties that answer calls only. The configuration’s own unless told. */
  readonly pingSeconds?: number
  readonly onLine: (line: string) => void
}

export type TerminatedNumbers = {
  readonly paymentNumber: string
  readonly selfServiceNumbers: readonly string[]
}

export type RunningKamailio = {
  readonly pid: number
  /** Settles when it has ended, with its exit code. */
  readonly ended: Promise<number | null>
  stop(): Promise<void>
}

/** Where Debian's package puts it; null when it is not installed. */
export function findProgram(name: string): string | null {
  for (const dir of ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin']) {
    const file = path.join(dir, name)
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {}
  }
  return null
}

/** Starts Kamailio with our configuration, in the foreground, with a folder of its own for what it writes. */
export function startKamailio(options: KamailioOptions): RunningKamailio {
  const dir = mkdtempSync(path.join(tmpdir(), 'tonewall-kamailio-'))
  const list = path.join(dir, 'dispatcher.list')
  writeFileSync(list, groups(options))
  const defines = [
    `LISTEN=udp:${options.listen}`,
    `NG_SOCKETS="${options.bridges.map((bridge) => `udp:${bridge}`).join(' ')}"`,
    `DISPATCHER_LIST="${list}"`,
    `MATCH=${options.matchPorts ? 2 : 3}`,
    `BRIDGES="^(${bridgeHosts(options.bridges)})$"`,
    ...(options.terminated ? [`PAYMENT_NUMBERS="${paymentNumbers(options.terminated)}"`] : []),
    ...(options.pingSeconds === undefined ? [] : [`PING_SECONDS=${options.pingSeconds}`]),
  ]
  const child = spawn(
    options.program,
    [
      ...[
        '-f',
        path.join(options.configDir, 'kamailio.cfg'),
        '-DD',
        '-E',
        '-Y',
        dir,
        '-P',
        path.join(dir, 'pid'),
      ],
      ...['-m', '64', '-M', '8'],
      ...defines.flatMap((define) => ['-A', define]),
    ],
    { env: {}, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  )
  forward(child, options.onLine)
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null))
    child.once('exit', (code) => resolve(code))
  })
  // A process group of its own, so that a Ctrl-C reaches it through us; it must not outlive us.
  const takeAlong = () => void child.kill('SIGTERM')
  process.once('exit', takeAlong)
  void ended.then(() => {
    process.off('exit', takeAlong)
    rmSync(dir, { recursive: true, force: true })
  })
  return {
    pid: child.pid ?? 0,
    ended,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** Destinations as Kamailio's dispatcher reads them: trunk, PBX, and our own drachtio server. */
function groups({ trunk, pbx, terminated }: KamailioOptions): string {
  const places = [trunk, pbx, ...(terminated ? [terminated.at] : [])]
  return places.map((place, i) => `${i + 1} sip:${place} 0 0\n`).join('')
}

/** The numbers that lead to Tonewall, as a regular expression: the payment number with a token of eight digits or not. */
export function paymentNumbers({ paymentNumber, selfServiceNumbers }: TerminatedNumbers): string {
  const plain = (number: string) => number.replaceAll(/[^0-9A-Za-z#_-]/g, '[$&]')
  return `^(${[`${plain(paymentNumber)}([*]?[0-9]{8})?`, ...selfServiceNumbers.map(plain)].join('|')})$`
}

/** A regular expression of the hosts. */
function bridgeHosts(bridges: readonly string[]): string {
  const hosts = bridges.map((bridge) => bridge.slice(0, bridge.lastIndexOf(':')))
  return [...new Set(hosts)].map((host) => host.replaceAll('.', '[.]')).join('|')
}

function forward(child: ChildProcess, onLine: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    let held = ''
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (held + chunk).split('\n')
      held = lines.pop() ?? ''
      for (const line of lines) onLine(line)
    })
  }
}
