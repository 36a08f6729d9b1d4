import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Money } from '../base/money.ts'

/** A request to our webhook address, as it came. */
export type WebhookDelivery = {
  /** Raw: a signature is over these bytes, not over what a parser made of them. */
  readonly body: Uint8Array
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Of this merchant's endpoint; two while one is being replaced. None means that nothing can be believed. */
  readonly secrets: readonly string[]
  readonly nowMs: number
}

export type WebhookWhat =
  | 'authorised'
  | 'declined'
  | 'captured'
  | 'capture-failed'
  | 'voided'
  | 'void-failed'
  | 'refunded'
  | 'refund-failed'
  | 'charged-back'
  | 'other'

export type WebhookEvent = {
  /** The same event has the same id however often it is delivered: with it, control keeps it once. */
  readonly id: string
  readonly what: WebhookWhat
  /** The payment, in the gateway's words. */
  readonly gatewayRef?: string
  readonly ourReference?: string
  readonly money?: Money
}

export type WebhookReading =
  | {
      readonly ok: true
      readonly events: readonly WebhookEvent[]
      /** What the gateway wants to hear, when 200 without a body is not enough. */
      readonly answer?: string
    }
  | { readonly ok: false; readonly because: 'no-signature' | 'wrong-signature' | 'too-old' | 'unreadable' }

/** Verifies and reads in one step, so that nobody can read without verifying. */
export type WebhookReader = { read(delivery: WebhookDelivery): WebhookReading }

export type MacOptions = {
  readonly key: string | Uint8Array
  readonly message: string | Uint8Array
  readonly encoding: 'hex' | 'base64'
}

/** HMAC-SHA-256 (RFC 2104). */
export function mac({ key, message, encoding }: MacOptions): string {
  return createHmac('sha256', key).update(message).digest(encoding)
}

/** Without telling by its time how much of it was right. */
export function sameMac(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected, 'utf8'), Buffer.from(given, 'utf8')]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** The body as JSON; undefined when it is none. */
export function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}
