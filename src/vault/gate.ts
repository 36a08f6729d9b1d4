import net from 'node:net'
import type { Clock } from '../base/clock.ts'
import { codeOf } from '../base/errors.ts'
import type { GatewayReply } from '../contracts/gateway-call.ts'
import { handleOf } from './digit-listener.ts'

export type Dialled =
  | { readonly ok: true; readonly handle: unknown; close(): void }
  | { readonly ok: false; readonly because: Extract<GatewayReply, { kind: 'not-sent' }>['because'] }

export type DialOptions = {
  /** `https://host[:port]`, from the vault's own configuration and nowhere else. */
  readonly origin: string
  readonly timeoutMs: number
  readonly clock: Clock
}

const httpsPort = 443

/**
 * Connects to a gateway and hands the connection over unread: TLS begins in the card process, so that not one clear
 * byte passes here. Without delay (Nagle), because a request is one write that must leave at once.
 */
export function dial({ origin, timeoutMs, clock }: DialOptions): Promise<Dialled> {
  const { hostname, port } = new URL(origin)
  const socket = net.connect({ host: hostname, port: port === '' ? httpsPort : Number(port), noDelay: true })
  // Paused before it is connected, Node does not start to read.
  socket.pause()
  return new Promise((resolve) => {
    const give = (dialled: Dialled) => {
      timer.cancel()
      if (!dialled.ok) socket.destroy()
      resolve(dialled)
    }
    const timer = clock.after(timeoutMs, () => give({ ok: false, because: 'timeout' }))
    socket.once('connect', () =>
      give({ ok: true, handle: handleOf(socket), close: () => void socket.destroy() }),
    )
    socket.on('error', (error) => give({ ok: false, because: reasonOf(error) }))
  })
}

const nameErrors: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA'])

function reasonOf(error: unknown): 'dns' | 'timeout' | 'refused' {
  const code = codeOf(error)
  if (nameErrors.has(code)) return 'dns'
  return code === 'ETIMEDOUT' ? 'timeout' : 'refused'
}
