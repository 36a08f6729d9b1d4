import 'reflect-metadata'
import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import path from 'node:path'
import * as x509 from '@peculiar/x509'

const dayMs = 24 * 60 * 60 * 1_000
const lifetimeDays = 825
/** Made anew when fewer days than these are left, so that a sandbox that runs for weeks does not expire under way. */
const renewalDays = 30
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

const fileNames = { ca: 'ca.pem', certificate: 'server.pem', key: 'server-key.pem' } as const

/** What the server presents, and the CA that vouches for it. PEM. */
export type Identity = { readonly ca: string; readonly certificate: string; readonly key: string }

export type IdentityOptions = {
  readonly dataDir: string
  /** DNS names and IP addresses that the certificate is for. */
  readonly hosts: readonly string[]
  readonly nowMs: number
}

/**
 * The gateway's identity out of `ca.pem`, `server.pem` and `server-key.pem` (mode 0600), or a new one when a file is
 * missing or damaged, the hosts differ, or the end is near. The CA's own key is never written: it signs one
 * certificate and is forgotten, so that nobody can make another that our gate would trust.
 */
export async function identityIn(options: IdentityOptions): Promise<Identity> {
  const found = readIdentity(options.dataDir)
  if (found && fits(found, options)) return found
  const made = await makeIdentity(options)
  writeIdentity(options.dataDir, made)
  return made
}

function readIdentity(dataDir: string): Identity | undefined {
  try {
    const read = (name: string) => readFileSync(path.join(dataDir, name), 'utf8')
    return { ca: read(fileNames.ca), certificate: read(fileNames.certificate), key: read(fileNames.key) }
  } catch {
    return undefined
  }
}

function fits({ ca, certificate, key }: Identity, { hosts, nowMs }: IdentityOptions): boolean {
  try {
    const [issuer, own] = [new X509Certificate(ca), new X509Certificate(certificate)]
    const lastUseMs = nowMs + renewalDays * dayMs
    const names = (own.subjectAltName ?? '').split(', ')
    const named = (host: string) => (isIP(host) ? own.checkIP(host) : own.checkHost(host)) !== undefined
    return (
      own.checkPrivateKey(createPrivateKey(key)) &&
      own.verify(issuer.publicKey) &&
      Date.parse(own.validTo) > lastUseMs &&
      Date.parse(issuer.validTo) > lastUseMs &&
      Date.parse(own.validFrom) <= nowMs &&
      names.length === hosts.length &&
      hosts.every(named)
    )
  } catch {
    return false
  }
}

async function makeIdentity({ hosts, nowMs }: IdentityOptions): Promise<Identity> {
  const caKeys = await webcrypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
  const serverKeys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  // A day of slack for a machine whose clock is behind.
  const period = { notBefore: new Date(nowMs - dayMs), notAfter: new Date(nowMs + lifetimeDays * dayMs) }
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...period,
    name: 'CN=Tonewall sandbox CA',
    keys: caKeys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  })
  const certificate = await x509.X509CertificateGenerator.create({
    ...period,
    subject: 'CN=Tonewall sandbox gateway',
    issuer: ca.subject,
    publicKey: serverKeys.publicKey,
    signingKey: caKeys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        hosts.map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value }) as const),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  })
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', serverKeys.privateKey)
  const key = x509.PemConverter.encode(pkcs8, x509.PemConverter.PrivateKeyTag)
  return { ca: ca.toString('pem'), certificate: certificate.toString('pem'), key }
}

/** The CA goes last: who waits for `ca.pem` to appear finds the other two in place. */
function writeIdentity(dataDir: string, { ca, certificate, key }: Identity): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  chmodSync(dataDir, 0o700)
  const put = (name: string, text: string, mode: number) => {
    const file = path.join(dataDir, name)
    writeFileSync(`${file}.new`, `${text.trim()}\n`, { mode })
    renameSync(`${file}.new`, file)
  }
  put(fileNames.key, key, 0o600)
  put(fileNames.certificate, certificate, 0o644)
  put(fileNames.ca, ca, 0o644)
}
