import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls'

/**
 * Whose word counts for a gateway's certificate: the one CA of the configuration (PEM), or those that come with Node. Named here
 * one by one because the flag `--use-openssl-ca` (flags.ts) keeps Node from loading them at every start; what the flag would
 * trust instead, the system's own store, is never asked.
 */
export function trustFor(ca: string | null): SecureContext {
  return createSecureContext({ minVersion: 'TLSv1.2', ca: ca ?? [...rootCertificates] })
}
