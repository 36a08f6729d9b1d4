import { pino } from 'pino'
import { codeOf } from './errors.ts'
import { hideCardNumbers } from './luhn-tripwire.ts'

/**
 * The facts that may stand in a log line. Redaction by path let a card number through in 14 of 20 measured cases;
 * a list of what is allowed lets nothing through that is not named here.
 */
const allowedFacts = [
  'agentId',
  'attempt',
  'attemptId',
  'callId',
  'callSid',
  'cardId',
  'code',
  'collectionId',
  'connector',
  'count',
  'deliveryId',
  'durationMs',
  'endpointId',
  'event',
  'exitCode',
  'field',
  'from',
  'gateway',
  'kind',
  'latencyMs',
  'legId',
  'length',
  'limit',
  'merchantId',
  'method',
  'name',
  'operation',
  'operationId',
  'outcome',
  'path',
  'paymentId',
  'pid',
  'port',
  'process',
  'protection',
  'reason',
  'requestId',
  'role',
  'route',
  'signal',
  'sizeBytes',
  'state',
  'status',
  'streamSid',
  'target',
  'to',
  'url',
  'version',
  'waitMs',
] as const

export type Facts = { readonly [K in (typeof allowedFacts)[number]]?: string | number | boolean | null } & {
  /** Only its code is written, never its message, cause or stack: those may quote what the caller keyed. */
  readonly error?: unknown
}

export type Log = {
  debug(facts: Facts, message: string): void
  info(facts: Facts, message: string): void
  warn(facts: Facts, message: string): void
  error(facts: Facts, message: string): void
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export type LogOptions = {
  readonly process: string
  readonly level?: LogLevel
  /** Where the lines go; standard output unless told. */
  readonly write?: (line: string) => void
}

const longestText = 200

/** A logger of events: a static message, and facts from the allow-list. Lines are JSON, one a line. */
export function createLog({ process: name, level = 'info', write = writeToStdout }: LogOptions): Log {
  const sink = { write: (line: string) => write(hideCardNumbers(line)) }
  const base = { process: name }
  const logger = pino({ level, base, timestamp: pino.stdTimeFunctions.isoTime, messageKey: 'message' }, sink)
  return {
    debug: (facts, message) => logger.debug(onlyAllowed(facts), message),
    info: (facts, message) => logger.info(onlyAllowed(facts), message),
    warn: (facts, message) => logger.warn(onlyAllowed(facts), message),
    error: (facts, message) => logger.error(onlyAllowed(facts), message),
  }
}

/** A logger that says nothing, for tests. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }

function onlyAllowed(facts: Facts): Record<string, unknown> {
  const line: Record<string, unknown> = {}
  for (const name of allowedFacts) {
    const value = facts[name]
    if (value === undefined) continue
    if (typeof value === 'string') line[name] = value.slice(0, longestText)
    // No count, length, port or duration of ours has twelve digits.
    else if (typeof value === 'number') line[name] = Math.abs(value) < 1e11 ? value : '[number]'
    else if (typeof value === 'boolean' || value === null) line[name] = value
  }
  if (facts.error !== undefined) line.error = codeOf(facts.error)
  return line
}

function writeToStdout(line: string): void {
  process.stdout.write(line)
}
