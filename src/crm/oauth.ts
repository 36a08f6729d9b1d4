import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Origins, Settings } from './account.ts'
import type { Answer } from './adapter.ts'
import type { AuthFacts } from './auth.ts'

/**
 * What is said to the address that gives tokens (RFC 6749, RFC 7636, RFC 7523). Pure: whoever sends it keeps the
 * answer before anything is done with it, because a refresh token may be good for one use only.
 */
export type TokenCall = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** `application/x-www-form-urlencoded`. */
  readonly body: string
}

export type App = { readonly clientId: string; readonly clientSecret: string }

export type TokenRequest =
  | {
      readonly grant: 'authorization_code'
      readonly code: string
      readonly redirectUri: string
      readonly verifier: string | null
    }
  | { readonly grant: 'refresh_token'; readonly refreshToken: string }
  | { readonly grant: 'client_credentials'; readonly scope: string }
  | { readonly grant: 'urn:ietf:params:oauth:grant-type:jwt-bearer'; readonly assertion: string }

export type TokenPlace = { readonly auth: AuthFacts; readonly origins: Origins; readonly app: App }

export function tokenCall({ auth, origins, app }: TokenPlace, request: TokenRequest): TokenCall {
  const form = new URLSearchParams({ grant_type: request.grant, ...fieldsOf(request) })
  const headers: Record<string, string> = {
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
  }
  if (request.grant === 'urn:ietf:params:oauth:grant-type:jwt-bearer') {
    // The signature proves the app: there is no secret.
  } else if (auth.client === 'basic') {
    const pair = `${encodeURIComponent(app.clientId)}:${encodeURIComponent(app.clientSecret)}`
    headers.authorization = `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`
  } else {
    form.set('client_id', app.clientId)
    form.set('client_secret', app.clientSecret)
  }
  return { url: `${origins.identity}${auth.tokenPath}`, headers, body: form.toString() }
}

function fieldsOf(request: TokenRequest): Record<string, string> {
  switch (request.grant) {
    case 'authorization_code':
      return {
        code: request.code,
        redirect_uri: request.redirectUri,
        ...(request.verifier === null ? {} : { code_verifier: request.verifier }),
      }
    case 'refresh_token':
      return { refresh_token: request.refreshToken }
    case 'client_credentials':
      return request.scope === '' ? {} : { scope: request.scope }
    case 'urn:ietf:params:oauth:grant-type:jwt-bearer':
      return { assertion: request.assertion }
  }
}

export type Tokens = {
  readonly accessToken: string
  /** Null: there is none, or the one that was used stays good. */
  readonly refreshToken: string | null
  /** How long the access token is good for, in seconds. */
  readonly lifetimeSeconds: number
}

const TokenAnswer = z.looseObject({
  access_token: z.string().min(1).max(8_192),
  refresh_token: z.string().min(1).max(8_192).nullish(),
  expires_in: z.coerce.number().positive().nullish(),
})

/** Undefined: no token. `invalid_grant` and the like are final; anything else may pass. */
export function readTokens(answer: Answer, { lifetimeSeconds }: AuthFacts): Tokens | undefined {
  if (answer.status !== 200) return undefined
  try {
    const { access_token, refresh_token, expires_in } = TokenAnswer.parse(JSON.parse(answer.body))
    return {
      accessToken: access_token,
      refreshToken: refresh_token ?? null,
      lifetimeSeconds: expires_in ?? lifetimeSeconds,
    }
  } catch {
    return undefined
  }
}

export type AuthoriseRequest = {
  readonly auth: AuthFacts
  readonly origins: Origins
  readonly settings: Settings
  readonly clientId: string
  readonly redirectUri: string
  readonly state: string
  readonly verifier: string
  /** Other than the adapter's, where the merchant's settings name one. */
  readonly scope?: string
  /** Where people agree, when it is not the real place: in a sandbox. */
  readonly authoriseOrigin?: string
}

/** Where the browser of the one who agrees is sent to. */
export function authoriseUrl(request: AuthoriseRequest): string {
  const { auth, origins, settings, clientId, redirectUri, state, verifier } = request
  const origin = request.authoriseOrigin ?? auth.authoriseOrigin?.(settings) ?? origins.identity
  const url = new URL(auth.authorisePath, origin)
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: request.scope ?? auth.scope,
    state,
    ...(auth.pkce ? { code_challenge: challengeOf(verifier), code_challenge_method: 'S256' } : {}),
  }).toString()
  return url.toString()
}

/** RFC 7636 §4.2, `S256`. */
export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url')
}
