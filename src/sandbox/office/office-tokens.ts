import { createHash, randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Clock } from '../../base/clock.ts'
import type { OfficeAnswer } from './office-wire.ts'

export type OfficeTokensOptions = {
  readonly clock: Clock
  readonly authorisePath: string
  readonly tokenPath: string
  readonly client: { readonly id: string; readonly secret: string }
  readonly lifetimeSeconds: number
  /** Whether a refresh token is good once only, as Xero's are; the one before stays good for `graceMs`. */
  readonly rotates: boolean
  readonly graceMs?: number
  /** Says of an assertion (RFC 7523) whether it is good. */
  readonly assertionIsGood?: (assertion: string) => Promise<boolean>
}

type Refresh = { usedAt: number | null }
type Code = { readonly challenge: string | null; readonly redirectUri: string }

type TokenRequest = {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  readonly raw: string
}

/** Gives and checks tokens as OAuth 2.0 has it: codes with proof keys, refresh with rotation, client credentials. */
export class OfficeTokens {
  readonly #options: OfficeTokensOptions
  readonly #access = new Map<string, number>()
  readonly #refresh = new Map<string, Refresh>()
  readonly #codes = new Map<string, Code>()
  /** Answers of the token's address, by what was asked. */
  readonly given: string[] = []

  constructor(options: OfficeTokensOptions) {
    this.#options = options
  }

  /** Everything that was given is no longer good. Refresh tokens stay. */
  expire(): void {
    this.#access.clear()
  }

  /** Nothing that was given is good: the merchant has taken the app out. */
  revoke(): void {
    this.#access.clear()
    this.#refresh.clear()
  }

  isGood(authorization: string | undefined, nowMs: number): boolean {
    const until = this.#access.get((authorization ?? '').replace(/^Bearer /, ''))
    return until !== undefined && until > nowMs
  }

  /** Undefined for a path that is not of tokens. */
  async answer({ method, url, headers, raw }: TokenRequest): Promise<OfficeAnswer | undefined> {
    const { authorisePath, tokenPath } = this.#options
    if (method === 'GET' && url.pathname === authorisePath) return this.#agree(url.searchParams)
    if (method !== 'POST' || url.pathname !== tokenPath) return undefined
    const form = new URLSearchParams(raw)
    const refused = { status: 400, body: { error: 'invalid_grant' } }
    if (form.get('grant_type')?.endsWith('jwt-bearer')) {
      const good = await this.#options.assertionIsGood?.(form.get('assertion') ?? '')
      return good ? this.#give('assertion', false) : refused
    }
    if (!this.#isClient(form, headers.authorization))
      return { status: 401, body: { error: 'invalid_client' } }
    switch (form.get('grant_type')) {
      case 'client_credentials':
        return this.#give('client', false)
      case 'authorization_code':
        return this.#isCode(form) ? this.#give('code', true) : refused
      case 'refresh_token':
        return this.#isRefresh(form) ? this.#give('refresh', this.#options.rotates) : refused
      default:
        return { status: 400, body: { error: 'unsupported_grant_type' } }
    }
  }

  /** Nobody is asked in a sandbox: whoever comes agrees, and is sent back at once. */
  #agree(query: URLSearchParams): OfficeAnswer {
    const redirectUri = query.get('redirect_uri') ?? ''
    if (query.get('client_id') !== this.#options.client.id || !URL.canParse(redirectUri))
      return { status: 400 }
    const code = token()
    this.#codes.set(code, { challenge: query.get('code_challenge'), redirectUri })
    const back = new URL(redirectUri)
    back.searchParams.set('code', code)
    back.searchParams.set('state', query.get('state') ?? '')
    return { status: 302, headers: { location: back.toString() } }
  }

  #isClient(form: URLSearchParams, authorization = ''): boolean {
    const { id, secret } = this.#options.client
    const basic = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString('utf8')
    if (authorization !== '') return basic === `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`
    return form.get('client_id') === id && form.get('client_secret') === secret
  }

  #isCode(form: URLSearchParams): boolean {
    const code = this.#codes.get(form.get('code') ?? '')
    this.#codes.delete(form.get('code') ?? '')
    if (!code || code.redirectUri !== form.get('redirect_uri')) return false
    const proof = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    return code.challenge === null || code.challenge === proof
  }

  #isRefresh(form: URLSearchParams): boolean {
    const refresh = this.#refresh.get(form.get('refresh_token') ?? '')
    if (!refresh) return false
    const { clock, rotates, graceMs = 30 * 60_000 } = this.#options
    if (refresh.usedAt !== null && clock.now() - refresh.usedAt > graceMs) return false
    if (rotates) refresh.usedAt ??= clock.now()
    return true
  }

  #give(what: string, withRefresh: boolean): OfficeAnswer {
    const { clock, lifetimeSeconds } = this.#options
    this.given.push(what)
    const access = token()
    this.#access.set(access, clock.now() + lifetimeSeconds * 1_000)
    const body = { access_token: access, token_type: 'Bearer', expires_in: lifetimeSeconds }
    if (!withRefresh) return { status: 200, body }
    const refresh = token()
    this.#refresh.set(refresh, { usedAt: null })
    return { status: 200, body: { ...body, refresh_token: refresh } }
  }
}

function token(): string {
  return randomBytes(24).toString('base64url')
}
