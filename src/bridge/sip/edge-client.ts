import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'

/** A request is sent so often, so far apart in ms, before an edge counts as away. */
const attempts = 4
const apartMs = 500

export type EdgeAddress = { readonly host: string; readonly port: number }

/** What names a SIP dialog (RFC 3261 §12). */
export type DialogName = { readonly callId: string; readonly fromTag: string; readonly toTag: string }

export type EdgeClientOptions = {
  readonly edges: readonly EdgeAddress[]
  readonly clock: Clock
  readonly log: Log
}

/**
 * Asks the SIP edges to end a dialog with BYE to both parties: a NOTIFY with `Event: tonewall-hang-up`, which
 * kamailio.cfg answers. The edge keeps what a BYE needs (routes, contacts, sequence numbers) and we do not; and this is
 * all that can be asked of it, where its JSON-RPC would let whoever reaches the port do anything.
 */
export class EdgeClient {
  readonly #options: EdgeClientOptions

  constructor(options: EdgeClientOptions) {
    this.#options = options
  }

  /** True when an edge knew the dialog. Never rejects. */
  async hangUp(dialog: DialogName): Promise<boolean> {
    const { edges, log } = this.#options
    for (const edge of edges) {
      const status = await this.#ask(edge, dialog).catch((error: unknown) => {
        log.warn({ error }, 'an edge could not be asked to hang up')
        return 0
      })
      if (status === 200) return true
      log.warn({ status, target: `${edge.host}:${edge.port}` }, 'an edge did not hang up')
    }
    return false
  }

  /** The final status; 0 when there is none. */
  async #ask(edge: EdgeAddress, dialog: DialogName): Promise<number> {
    const { clock } = this.#options
    const socket = createSocket(isIPv6(edge.host) ? 'udp6' : 'udp4')
    try {
      await connected(socket, edge)
      const request = hangUpRequest(socket, edge, dialog)
      return await new Promise<number>((resolve) => {
        let left = attempts
        const send = () => {
          if (left-- === 0) return resolve(0)
          socket.send(request, () => {})
          clock.after(apartMs, send)
        }
        socket.on('error', () => {})
        socket.on('message', (bytes) => {
          const status = Number(/^SIP\/2\.0 (\d{3}) /.exec(bytes.toString('latin1'))?.[1] ?? 0)
          if (status < 200) return
          left = 0
          resolve(status)
        })
        send()
      })
    } finally {
      socket.close()
    }
  }
}

function connected(socket: Socket, { host, port }: EdgeAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.connect(port, host, () => {
      socket.off('error', reject)
      resolve()
    })
  })
}

function hangUpRequest(socket: Socket, edge: EdgeAddress, { callId, fromTag, toTag }: DialogName): Buffer {
  for (const name of [callId, fromTag, toTag])
    if (!/^[\x21-\x7e]{1,255}$/.test(name)) throw new Error('a dialog’s name that fits no SIP header')
  const { address, port } = socket.address()
  const own = `${address.includes(':') ? `[${address}]` : address}:${port}`
  const goal = `sip:hang-up@${edge.host.includes(':') ? `[${edge.host}]` : edge.host}:${edge.port}`
  const nonce = randomBytes(12).toString('hex')
  const lines = [
    `NOTIFY ${goal} SIP/2.0`,
    `Via: SIP/2.0/UDP ${own};branch=z9hG4bK${nonce};rport`,
    'Max-Forwards: 1',
    `From: <sip:bridge@${own}>;tag=${nonce}`,
    `To: <${goal}>`,
    `Call-ID: ${nonce}@tonewall`,
    'CSeq: 1 NOTIFY',
    'Event: tonewall-hang-up',
    'Subscription-State: terminated',
    `X-Dialog-Call-Id: ${callId}`,
    `X-Dialog-From-Tag: ${fromTag}`,
    `X-Dialog-To-Tag: ${toTag}`,
    'Content-Length: 0',
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}
