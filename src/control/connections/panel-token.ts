import { jwtVerify, SignJWT } from 'jose'
import type { Clock } from '../../base/clock.ts'
import { codeOf } from '../../base/errors.ts'
import { RecordRef } from '../../contracts/connections.ts'
import type { Sealer } from '../secrets/sealer.ts'
import { PanelTokenInvalid } from './connection-errors.ts'

/** Long enough to open a record and read, in seconds. */
export const panelTokenSeconds = 600
const audience = 'tonewall-panel'

export type PanelClaims = { readonly merchantId: string; readonly record: RecordRef }

/** Signs what one embedded panel may show: the payments of one record of one merchant, for ten minutes. */
export function signPanelToken(
  { sealer, clock }: { readonly sealer: Sealer; readonly clock: Clock },
  { merchantId, record }: PanelClaims,
): Promise<string> {
  const now = Math.floor(clock.now() / 1_000)
  return new SignJWT({ kind: record.kind, id: record.id })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(merchantId)
    .setAudience(audience)
    .setIssuedAt(now)
    .setExpirationTime(now + panelTokenSeconds)
    .sign(sealer.keyFor(audience))
}

/** Throws PanelTokenInvalid. */
export async function readPanelToken(
  { sealer, clock }: { readonly sealer: Sealer; readonly clock: Clock },
  token: string,
): Promise<PanelClaims> {
  try {
    const { payload } = await jwtVerify(token, sealer.keyFor(audience), {
      algorithms: ['HS256'],
      audience,
      currentDate: new Date(clock.now()),
      requiredClaims: ['sub', 'exp'],
    })
    return {
      merchantId: String(payload.sub),
      record: RecordRef.parse({ kind: payload.kind, id: payload.id }),
    }
  } catch (error) {
    if (codeOf(error) === 'SEALING_KEY_MISSING') throw error
    throw new PanelTokenInvalid()
  }
}
