import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { identityIn } from '../../src/sandbox/certificate-authority.ts'

const dayMs = 24 * 60 * 60 * 1_000
const nowMs = Date.UTC(2026, 0, 15)
const hosts = ['localhost', '127.0.0.1']

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'tonewall-ca-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const identity = (changes: { nowMs?: number; hosts?: string[] } = {}) =>
  identityIn({ dataDir, hosts, nowMs, ...changes })
const fileOf = (name: string) => path.join(dataDir, name)

describe('the gateway’s identity', () => {
  it('is a certificate for its names, signed by a CA that may sign nothing below itself', async () => {
    const { ca, certificate } = await identity()
    const [issuer, own] = [new X509Certificate(ca), new X509Certificate(certificate)]
    expect(own.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1')
    expect(own.verify(issuer.publicKey)).toBe(true)
    expect(own.checkIssued(issuer)).toBe(true)
    expect([issuer.ca, own.ca]).toEqual([true, false])
    expect(own.checkHost('pay.example.com')).toBeUndefined()
  })

  it('keeps its key to its own user, and the key of the CA nowhere', async () => {
    const { key, certificate } = await identity()
    expect(statSync(fileOf('server-key.pem')).mode & 0o777).toBe(0o600)
    expect(statSync(dataDir).mode & 0o777).toBe(0o700)
    expect(readFileSync(fileOf('ca.pem'), 'utf8')).not.toContain('PRIVATE')
    expect(readFileSync(fileOf('server.pem'), 'utf8').trim()).toBe(certificate.trim())
    expect(key.match(/BEGIN/g)).toHaveLength(1)
  })

  it('stays the same from one start to the next', async () => {
    const first = await identity()
    const second = await identity({ nowMs: nowMs + 400 * dayMs })
    expect(new X509Certificate(second.ca).fingerprint256).toBe(new X509Certificate(first.ca).fingerprint256)
  })

  it('stays the same for an IPv6 address, however it is written', async () => {
    const first = await identity({ hosts: [...hosts, '::1'] })
    const second = await identity({ hosts: [...hosts, '::1'] })
    expect(second.certificate.trim()).toBe(first.certificate.trim())
  })

  it.each([
    ['fewer than thirty days are left', { nowMs: nowMs + 796 * dayMs }],
    ['the names differ', { hosts: ['localhost', '127.0.0.1', 'gateway.internal'] }],
    ['the clock was set back before it was made', { nowMs: nowMs - 10 * dayMs }],
  ])('is made anew when %s', async (_when, changes) => {
    const first = await identity()
    const second = await identity(changes)
    expect(new X509Certificate(second.ca).fingerprint256).not.toBe(
      new X509Certificate(first.ca).fingerprint256,
    )
  })

  it.each(['ca.pem', 'server.pem', 'server-key.pem'])(
    'is made anew when %s is damaged or missing',
    async (name) => {
      await identity()
      writeFileSync(fileOf(name), 'not a PEM file')
      const second = await identity()
      expect(new X509Certificate(second.certificate).verify(new X509Certificate(second.ca).publicKey)).toBe(
        true,
      )
      rmSync(fileOf(name))
      const third = await identity()
      expect(readFileSync(fileOf('ca.pem'), 'utf8').trim()).toBe(third.ca.trim())
    },
  )
})
