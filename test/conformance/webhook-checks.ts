import { expect } from 'vitest'
import type { WebhookReader, WebhookReading } from '../../src/connectors/webhook.ts'
import type { Check } from './check.ts'
import type { ConformanceFixture, Delivered, Told, WebhookFixture } from './fixture.ts'
import { frozen } from './play.ts'

const told = (what: Told['what'], number: number, gatewayRef: string): Told => ({
  id: `evt_${number}`,
  what,
  gatewayRef,
  ourReference: 'att_01jd3f8p0m9x2v7k4q6r5s8t1w',
  money: { amountMinor: 1050, currency: 'GBP' },
})

/** Runs a check with all that it needs, or not at all where the gateway has no webhooks. */
function withWebhooks(
  run: (read: (delivered: Delivered, secrets?: readonly string[]) => WebhookReading, hooks: Hooks) => void,
): Check['run'] {
  return ({ webhooks: reader }, fixture) => {
    if (!reader || !fixture.webhooks) {
      expect([reader, fixture.webhooks]).toEqual([undefined, undefined])
      return
    }
    const hooks = hooksOf(fixture, fixture.webhooks)
    run((delivered, secrets = [hooks.secret]) => readWith(reader, hooks, { delivered, secrets }), hooks)
  }
}

type Hooks = WebhookFixture & { readonly all: readonly Told[] }

function hooksOf(fixture: ConformanceFixture, hooks: WebhookFixture): Hooks {
  const all = hooks.kinds.map((what, index) => told(what, index, fixture.gatewayRef ?? 'auth_7k3q'))
  return { ...hooks, all }
}

type Given = { readonly delivered: Delivered; readonly secrets: readonly string[] }

function readWith(reader: WebhookReader, { nowMs }: Hooks, { delivered, secrets }: Given): WebhookReading {
  const headers = frozen({ ...delivered.headers })
  return reader.read({ body: delivered.body, headers, secrets, nowMs })
}

const eventsOf = (reading: WebhookReading) => (reading.ok ? reading.events : [])

/** What a connector makes of webhooks. */
export const webhookChecks: readonly Check[] = [
  {
    name: 'reads every kind of signed webhook, each event with an id, the payment and the amount',
    run: withWebhooks((read, { all, secret, deliver }) => {
      for (const one of all) {
        const [delivered] = deliver([one], secret)
        const reading = read(delivered!)
        const { what, gatewayRef, ourReference, money } = one
        expect(reading, what).toMatchObject({ ok: true, events: [{ what }] })
        const event = eventsOf(reading)[0]!
        expect(
          [event.gatewayRef, event.ourReference].some((name) => name === gatewayRef || name === ourReference),
        ).toBe(true)
        expect(eventsOf(reading)[0]!.id).toMatch(/./)
        if (eventsOf(reading)[0]!.money) expect(eventsOf(reading)[0]!.money).toEqual(money)
      }
    }),
  },
  {
    name: 'believes no webhook without a signature, with a wrong one, or with one byte changed',
    run: withWebhooks((read, { all, secret, deliver }) => {
      for (const delivered of deliver(all, secret)) {
        expect(read(delivered, []), 'no secret').toMatchObject({ ok: false })
        expect(read(delivered, [`${secret.slice(0, -2)}ab`]), 'another secret').toMatchObject({ ok: false })
      }
      const delivered = deliver(all.slice(0, 1), secret)[0]!
      expect(read({ ...delivered, headers: {} }).ok && !signedInBody(delivered)).toBe(false)
      const text = Buffer.from(delivered.body).toString('utf8')
      const forged = text.replace('1050', '1051').replace('10.50', '10.51')
      expect(forged).not.toBe(text)
      expect(read({ ...delivered, body: Buffer.from(forged) })).toMatchObject({ ok: false })
    }),
  },
  {
    name: 'believes the old secret beside the new one while they are being changed',
    run: withWebhooks((read, { all, secret, deliver }) => {
      const next = `${secret.slice(0, -2)}cd`
      for (const delivered of deliver(all, secret)) {
        expect(read(delivered, [next, secret])).toMatchObject({ ok: true })
      }
    }),
  },
  {
    name: 'gives the same event the same id however often it comes, and different ones different ids',
    run: withWebhooks((read, { all, secret, deliver }) => {
      const ids = () =>
        deliver(all, secret).flatMap((delivered) => eventsOf(read(delivered)).map(({ id }) => id))
      expect(ids()).toEqual(ids())
      expect(new Set(ids()).size).toBe(all.length)
    }),
  },
  {
    name: 'reads every event of a batch, in order',
    run: withWebhooks((read, { all, secret, deliver }) => {
      const events = deliver(all, secret).flatMap((delivered) => eventsOf(read(delivered)))
      expect(events.map(({ what }) => what)).toEqual(all.map(({ what }) => what))
    }),
  },
  {
    name: 'says of signed bytes that are no event that it cannot read them',
    run: withWebhooks((read, { secret, signRaw }) => {
      if (!signRaw) return
      for (const body of ['', '{}', 'null', '[]', '{"id":1}', '<html>', '\xff\xfe']) {
        const delivered = signRaw(Buffer.from(body, 'latin1'), secret)
        const reading = read(delivered)
        expect(reading.ok ? reading.events : reading.because, body).toEqual(reading.ok ? [] : 'unreadable')
      }
    }),
  },
]

/** Some gateways sign inside the body: there, no header can be missing. */
const signedInBody = ({ body }: Delivered) => Buffer.from(body).includes('hmacSignature')
