import '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'

export type SessionCookie = {
  read(request: FastifyRequest): string | undefined
  set(reply: FastifyReply, token: string): void
  clear(reply: FastifyReply): void
}

/**
 * `__Host-` (RFC 6265bis §4.1.3.2) binds the cookie to this host and to TLS; a sandbox on plain HTTP cannot have it.
 * Scripts never see the cookie, and no other site's page makes the browser send it.
 */
export function createSessionCookie(options: {
  readonly secure: boolean
  readonly longestMs: number
}): SessionCookie {
  const name = options.secure ? '__Host-tonewall-session' : 'tonewall-session'
  const attributes = { path: '/', httpOnly: true, sameSite: 'strict', secure: options.secure } as const
  return {
    read: (request) => request.cookies[name],
    set: (reply, token) =>
      void reply.setCookie(name, token, { ...attributes, maxAge: Math.floor(options.longestMs / 1000) }),
    clear: (reply) => void reply.clearCookie(name, attributes),
  }
}
