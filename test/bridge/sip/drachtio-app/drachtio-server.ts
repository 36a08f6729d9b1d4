import { randomBytes } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'

export type Headers = Readonly<Record<string, string>>
/** A message of the application, as the server completes it. */
export type FromApp = {
  /** Method, or `SIP/2.0 <status>`. */
  readonly what: string
  readonly uri: string
  readonly headers: Headers
  readonly body: string
  readonly transaction: string
  readonly dialog: string
}

type Known = { readonly headers: Headers; readonly dialog: string }

export const secret = 'contract-test'
const token = (bytes = 6) => randomBytes(bytes).toString('hex')

/**
 * The server's side of the protocol between drachtio-server and `drachtio-srf` (frames of `length#id|…`), as the package
 * speaks it: authentication, routes, SIP in both directions, and what the server adds to a message by itself. Behind it
 * stand no phones but the test's words.
 */
export class DrachtioServer {
  readonly port: number
  readonly heard: FromApp[] = []
  readonly routes: string[] = []
  /** Dialogs that exist; requests within others are refused. */
  readonly dialogs = new Map<string, Headers>()
  authenticated = 0
  refused = 0
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #transactions = new Map<string, Known>()
  #claimed = new Set<FromApp>()

  private constructor(server: Server) {
    this.#server = server
    this.port = (server.address() as { port: number }).port
    server.on('connection', (socket) => this.#connected(socket))
  }

  static async open(): Promise<DrachtioServer> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new DrachtioServer(server)
  }

  /** A request from the network; settles with nothing: what the application says to it is heard. */
  request(
    method: string,
    uri: string,
    { headers = {}, body = '', from = '127.0.0.1' } = {} as Outside,
  ): Known {
    const callId = headers['Call-ID'] ?? `${token()}@phone`
    const fromTag = token()
    const full: Headers = {
      Via: `SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK${token()}`,
      From: `<sip:+441632960000@trunk.example>;tag=${fromTag}`,
      To: `<${uri}>`,
      'Call-ID': callId,
      CSeq: `1 ${method}`,
      Contact: '<sip:phone@127.0.0.1:5070>',
      'Max-Forwards': '70',
      ...headers,
    }
    const dialog = `${callId};from-tag=${tagOf(full.From)}`
    return this.#tell({ headers: full, dialog }, { start: `${method} ${uri} SIP/2.0`, body, from })
  }

  /** A request within a dialog that the application has a part in. */
  within(dialog: string, method: string, { headers = {}, body = '' }: Outside = {}): Known {
    const known = this.dialogs.get(dialog)
    if (!known) throw new Error('no such dialog')
    if (method === 'BYE') this.dialogs.delete(dialog)
    const full = { ...known, CSeq: `2 ${method}`, ...headers }
    return this.#tell({ headers: full, dialog }, { start: `${method} sip:app@127.0.0.1 SIP/2.0`, body })
  }

  /** The caller takes its INVITE back. */
  cancel(invite: Known): void {
    const headers = { ...invite.headers, CSeq: '1 CANCEL' }
    this.#tell({ headers, dialog: invite.dialog }, { start: 'CANCEL sip:app@127.0.0.1 SIP/2.0', body: '' })
  }

  /** Answers a request of the application from the network. */
  answer(asked: FromApp, status: number, { headers = {}, body = '' }: Outside = {}): void {
    const to = asked.headers.To!
    const full = {
      ...asked.headers,
      To: to.includes(';tag=') || status === 100 ? to : `${to};tag=${token()}`,
      Contact: '<sip:agent@127.0.0.1:5080>',
      ...headers,
    }
    const { Via, From, To, Contact } = full as Record<string, string>
    if (asked.what === 'INVITE' && status === 200 && !this.dialogs.has(asked.dialog))
      // From the party's side, which sends what comes within the dialog later.
      this.dialogs.set(
        asked.dialog,
        partysSide({ ...full, Via: Via!, From: To!, To: From!, Contact: Contact! }),
      )
    this.#write(
      `sip|network|0|udp|127.0.0.1|5080|0|${asked.transaction}|${asked.dialog}`,
      message(`SIP/2.0 ${status} Whatever`, full, body),
    )
  }

  /** The next message of this kind that was not taken yet. */
  async next(what: string, matches: (message: FromApp) => boolean = () => true): Promise<FromApp> {
    for (let left = 1_500; left > 0; left--) {
      const found = this.heard.find((one) => one.what === what && !this.#claimed.has(one) && matches(one))
      if (found) {
        this.#claimed.add(found)
        return found
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    throw new Error(
      `the application did not say ${what}; it said ${this.heard.map((one) => one.what).join(', ')}`,
    )
  }

  /** The application's answer to this request. */
  answerTo(request: Known, status: number): Promise<FromApp> {
    return this.next(`SIP/2.0 ${status}`, ({ headers }) => {
      return headers['Call-ID'] === request.headers['Call-ID'] && headers.CSeq === request.headers.CSeq
    })
  }

  /** Cuts every connection, as a restart does. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  #tell(known: Known, { start, body, from = '127.0.0.1' }: { start: string; body: string; from?: string }) {
    const transaction = token()
    this.#transactions.set(transaction, known)
    const dialog = this.dialogs.has(known.dialog) || !start.startsWith('INVITE') ? known.dialog : ''
    this.#write(
      `sip|network|0|udp|${from}|5070|0|${transaction}|${dialog}|127.0.0.1|5060`,
      message(start, known.headers, body),
    )
    return known
  }

  #connected(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {})
    let held: Buffer = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk])
      for (let at = held.indexOf('#'); at > 0; at = held.indexOf('#')) {
        const end = at + 1 + Number(held.toString('utf8', 0, at))
        if (held.length < end) return
        this.#heard(held.toString('utf8', at + 1, end))
        held = held.subarray(end)
      }
    })
  }

  #heard(text: string): void {
    const [leader = '', ...rest] = text.split('\r\n')
    const [id, verb, ...words] = leader.split('|')
    if (verb === 'authenticate') {
      const isRight = words[0] === secret
      if (isRight) this.authenticated++
      else this.refused++
      this.#write(`response|${id}|${isRight ? 'OK|udp/127.0.0.1:5060|v0.8.26' : 'NOK|wrong secret'}`)
    } else if (verb === 'route') {
      this.routes.push(words[0]!)
      this.#write(`response|${id}|OK`)
    } else if (verb === 'sip') this.#sip(id!, words, parse(rest.join('\r\n')))
    else this.#write(`response|${id}|OK`)
  }

  #sip(id: string, [transaction = '', dialog = '']: string[], said: Parsed): void {
    const isAnswer = said.start.startsWith('SIP/2.0')
    const completed = isAnswer
      ? this.#completeAnswer(transaction, said)
      : this.#completeRequest({ transaction, dialog }, said)
    if (!completed) {
      this.#write(`response|${id}|NOK|unable to find dialog for dialog id ${dialog}`)
      return
    }
    const raw = message(said.start, completed.headers, said.body)
    const facts = `application|0|udp|127.0.0.1|5060|0|${completed.transaction}|${completed.dialog}`
    this.#write(`response|${id}|OK|${facts}`, raw)
    const [method = '', uri = ''] = said.start.split(' ')
    const what = isAnswer ? `SIP/2.0 ${uri}` : method
    const heard: FromApp = { what, uri, body: said.body, ...completed }
    this.heard.push(heard)
    if (method === 'BYE' || method === 'NOTIFY') this.answer(heard, 200)
    if (method === 'BYE') this.dialogs.delete(completed.dialog)
    if (method === 'CANCEL') this.#cancelled(transaction)
  }

  #completeAnswer(transaction: string, { start, headers }: Parsed) {
    const known = this.#transactions.get(transaction)
    if (!known) return undefined
    const { Via, From, To, CSeq } = known.headers
    const tagged = To!.includes(';tag=') ? To! : `${To};tag=${token()}`
    const full: Headers = {
      ...{ Via: Via!, From: From!, To: tagged, 'Call-ID': known.headers['Call-ID']!, CSeq: CSeq! },
      ...{ Contact: '<sip:app@127.0.0.1:5060>', ...headers },
    }
    if (start.startsWith('SIP/2.0 200') && CSeq!.endsWith('INVITE'))
      this.dialogs.set(known.dialog, partysSide({ ...known.headers, To: tagged }))
    return { headers: full, transaction, dialog: known.dialog }
  }

  #completeRequest(named: { transaction: string; dialog: string }, { start, headers }: Parsed) {
    const [method = '', uri = ''] = start.split(' ')
    const known = this.dialogs.get(named.dialog)
    if (named.dialog !== '' && !known && method !== 'ACK') return undefined
    const callId = known?.['Call-ID'] ?? `${token()}@app`
    const from = headers.From ?? headers.from ?? '<sip:app@127.0.0.1>'
    const full: Headers = {
      Via: `SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK${token()}`,
      Contact: '<sip:app@127.0.0.1:5060>',
      ...{ To: known?.From ?? `<${uri}>`, 'Call-ID': callId, CSeq: `1 ${method}`, ...headers },
      From: known?.To ?? `${from};tag=${token()}`,
    }
    const dialog = named.dialog || `${callId};from-tag=${tagOf(full.From)}`
    return { headers: full, transaction: named.transaction || token(), dialog }
  }

  #cancelled(transaction: string): void {
    const invite = this.heard.find((one) => one.what === 'INVITE' && one.transaction === transaction)
    if (invite) this.answer(invite, 487)
  }

  #write(leader: string, raw?: string): void {
    const text = `${token()}|${leader}${raw === undefined ? '' : `\r\n${raw}`}`
    for (const socket of this.#sockets) socket.write(`${Buffer.byteLength(text)}#${text}`)
  }
}

export type Outside = { readonly headers?: Headers; readonly body?: string; readonly from?: string }
type Parsed = { readonly start: string; readonly headers: Record<string, string>; readonly body: string }

function message(start: string, headers: Headers, body: string): string {
  const { 'Content-Length': _, ...rest } = headers
  const typed = body === '' || 'Content-Type' in rest ? rest : { ...rest, 'Content-Type': 'application/sdp' }
  const lines = Object.entries(typed).map(([name, value]) => `${name}: ${value}`)
  return [start, ...lines, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n')
}

function parse(text: string): Parsed {
  const [head = '', ...body] = text.split('\r\n\r\n')
  const [start = '', ...lines] = head.split('\r\n')
  const pairs = lines.map((line) => {
    const at = line.indexOf(':')
    return [headerName(line.slice(0, at)), line.slice(at + 1).trim()] as const
  })
  return { start, headers: Object.fromEntries(pairs), body: body.join('\r\n\r\n') }
}

/** `call-id` and `Call-ID` are one header. */
function headerName(name: string): string {
  const known = ['Call-ID', 'CSeq', 'P-Asserted-Identity', 'Min-SE', 'X-Tonewall-Call']
  const lower = name.toLowerCase()
  return (
    known.find((one) => one.toLowerCase() === lower) ??
    lower.replaceAll(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase())
  )
}

/** What every request of a party within the dialog has. */
function partysSide({ Via, From, To, Contact, 'Call-ID': callId }: Headers): Headers {
  return { Via: Via!, From: From!, To: To!, Contact: Contact!, 'Call-ID': callId! }
}

function tagOf(party: string | undefined): string {
  return /;tag=([^;]+)/.exec(party ?? '')?.[1] ?? ''
}
