import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import tls from 'node:tls'
import * as x509 from '@peculiar/x509'

/** What the gateway does with the next connection once the whole request is there, or instead of reading it. */
export type Behaviour =
  | { readonly do: 'answer'; readonly bytes: string | Buffer; readonly pieceBytes?: number }
  | { readonly do: 'hang' }
  | { readonly do: 'reset-before-request' }
  | { readonly do: 'reset-after-request' }
  | { readonly do: 'answer-then-reset'; readonly bytes: string }

export type TestGateway = {
  readonly origin: string
  readonly caFile: string
  /** Requests as they came, head and body. */
  readonly requests: string[]
  /** Connections that were made to it, whatever became of them. */
  readonly connections: number
  behaviour: Behaviour
  /** From the next connection on: another certificate, of another CA. */
  present(certificates: { readonly key: string; readonly certificate: string }): void
  close(): Promise<void>
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

export function jsonAnswer(body: unknown, status = '200 OK', headers = ''): Behaviour {
  const text = JSON.stringify(body)
  const head = `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\n${headers}`
  return { do: 'answer', bytes: `${head}Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}` }
}

/** A gateway of raw bytes behind real TLS, so that every way to fail can be made; its CA goes to `dir`. */
export async function startTestGateway(
  dir: string,
  options: { certificateFor?: string } = {},
): Promise<TestGateway> {
  const { ca, certificate, key } = await makeCertificates(options.certificateFor ?? 'localhost')
  const caFile = join(dir, `ca-${webcrypto.randomUUID()}.pem`)
  writeFileSync(caFile, ca)
  const requests: string[] = []
  const sockets = new Set<Socket>()
  /** A TLS socket cannot be reset; the one under it can. */
  const reset = (secure: tls.TLSSocket) => {
    for (const raw of sockets) if (raw.remotePort === secure.remotePort) raw.resetAndDestroy()
  }
  const server = tls.createServer({ key, cert: certificate }, (socket) => {
    const { behaviour } = gateway
    socket.on('error', () => {})
    if (behaviour.do === 'reset-before-request') return void socket.destroy()
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (!isWhole(text)) return
      requests.push(text)
      respond(socket, behaviour, reset)
    })
  })
  let connections = 0
  server.on('connection', (socket: Socket) => {
    connections++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
  })
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const gateway: TestGateway = {
    origin: `https://localhost:${port}`,
    caFile,
    requests,
    get connections() {
      return connections
    },
    behaviour: jsonAnswer({ ok: true }),
    present: ({ key, certificate: cert }) => server.setSecureContext({ key, cert }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
  return gateway
}

function respond(socket: tls.TLSSocket, behaviour: Behaviour, reset: (socket: tls.TLSSocket) => void): void {
  switch (behaviour.do) {
    case 'answer': {
      const bytes = Buffer.from(behaviour.bytes as string, 'latin1')
      const { pieceBytes = bytes.length } = behaviour
      for (let at = 0; at < bytes.length; at += pieceBytes) socket.write(bytes.subarray(at, at + pieceBytes))
      socket.end()
      return
    }
    case 'answer-then-reset':
      socket.write(behaviour.bytes, () => reset(socket))
      return
    case 'reset-after-request':
      reset(socket)
      return
    default:
  }
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  const length = /content-length: (\d+)/i.exec(text)?.[1]
  return end >= 0 && text.length >= end + 4 + Number(length ?? 0)
}

/** A CA of a test's own, and a certificate of a name by it. PEM. */
export async function makeCertificates(name: string, caName = 'Tonewall test CA') {
  x509.cryptoProvider.set(webcrypto as Crypto)
  const caKeys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const validity = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) }
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${caName}`,
    keys: caKeys,
    signingAlgorithm: algorithm,
    ...validity,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  })
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: ca.subject,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    signingAlgorithm: algorithm,
    ...validity,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }])],
  })
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.toString('base64')}\n-----END PRIVATE KEY-----\n`
  return { ca: ca.toString('pem'), certificate: certificate.toString('pem'), key }
}
