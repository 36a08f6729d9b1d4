import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'

export type SecurityHeadersOptions = {
  readonly publicUrl: string
  /** Sandbox mode only: the simulated carrier, which the desk listens to for the agent's audio. */
  readonly carrierUrl: string | null
}

/** The desk loads nothing but itself, runs no inline script, and stands in nobody's frame. */
export async function addSecurityHeaders(
  app: FastifyInstance,
  options: SecurityHeadersOptions,
): Promise<void> {
  const secure = options.publicUrl.startsWith('https:')
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        mediaSrc: ["'self'", 'blob:'],
        workerSrc: ["'self'"],
        // Previews of receipts, which have a policy of their own.
        frameSrc: ["'self'"],
        connectSrc: ["'self'", ...carrierOrigins(options.carrierUrl)],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        requireTrustedTypesFor: ["'script'"],
        trustedTypes: ['lit-html', "'allow-duplicates'"],
      },
    },
    crossOriginEmbedderPolicy: false,
    referrerPolicy: { policy: 'no-referrer' },
    // Said over plain HTTP it would be ignored, and a sandbox has nothing else.
    strictTransportSecurity: secure ? { maxAge: 365 * 24 * 3600, includeSubDomains: false } : false,
  })
  app.addHook('onSend', async (request, reply, payload) => {
    reply.header('permissions-policy', 'camera=(), geolocation=(), microphone=(self), payment=()')
    if (request.url.startsWith('/v1/')) reply.header('cache-control', 'no-store')
    return payload
  })
}

/** The carrier's address for requests and for sockets. */
function carrierOrigins(carrierUrl: string | null): string[] {
  if (carrierUrl === null) return []
  const { host, protocol } = new URL(carrierUrl)
  const secure = protocol === 'https:' || protocol === 'wss:'
  return secure ? [`https://${host}`, `wss://${host}`] : [`http://${host}`, `ws://${host}`]
}
