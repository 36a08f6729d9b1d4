import { afterEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../src/base/log.ts'
import { Secret } from '../../../src/base/secret.ts'
import { type MetricsServer, serveMetrics } from '../../../src/control/metrics/metrics-server.ts'

const token = 'metrics-token-of-at-least-32-characters'
let server: MetricsServer | undefined
afterEach(() => server?.close())

async function serve(secret: Secret | null): Promise<string> {
  const metrics = { contentType: 'text/plain; version=0.0.4', text: async () => 'tonewall_up 1\n' }
  server = await serveMetrics({
    listen: { host: '127.0.0.1', port: 0 },
    token: secret,
    metrics,
    log: silentLog,
  })
  return `http://127.0.0.1:${server.port}`
}

describe('the port of the metrics', () => {
  it('shows them to whoever has the token, and to nobody else', async () => {
    const origin = await serve(new Secret(token))
    const ask = (authorization?: string) =>
      fetch(`${origin}/metrics`, authorization === undefined ? {} : { headers: { authorization } })
    for (const wrong of [undefined, '', 'Bearer ', `Bearer ${token}x`, `Basic ${token}`, token]) {
      const answer = await ask(wrong)
      expect([wrong, answer.status, await answer.text()]).toEqual([wrong, 401, ''])
    }
    const right = await ask(`Bearer ${token}`)
    expect([right.status, await right.text()]).toEqual([200, 'tonewall_up 1\n'])
    expect(right.headers.get('content-type')).toContain('version=0.0.4')
  })

  it('has nothing else on it', async () => {
    const origin = await serve(null)
    expect((await fetch(`${origin}/v1/payments`)).status).toBe(404)
    expect((await fetch(`${origin}/metrics`, { method: 'POST' })).status).toBe(405)
  })
})
