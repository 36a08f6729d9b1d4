import type { TLSSocket } from 'node:tls'

const longestChain = 10

/**
 * SHA-256 of the last certificate of the chain that was verified, which is a root unless the gateway sends more than it has
 * to. Public; the pool believes it only as far as it knows it. Undefined when there is nothing to say.
 */
export function anchorOf(socket: TLSSocket): string | undefined {
  let certificate = socket.getPeerCertificate(true)
  for (let depth = 0; depth < longestChain; depth++) {
    const { issuerCertificate } = certificate
    if (!issuerCertificate || issuerCertificate === certificate) return certificate.fingerprint256
    certificate = issuerCertificate
  }
  return undefined
}
