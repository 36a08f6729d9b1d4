import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ask, type Harness, harness } from '../http/control-harness.ts'

let control: Harness
beforeEach(async () => {
  control = await harness()
})
afterEach(() => control.close())

const linkTo = async (id: string) => {
  const body = { record: { kind: 'Case', id } }
  const made = await ask(control, { method: 'POST', url: '/v1/records/panel-links', body })
  expect(made.statusCode).toBe(201)
  const { pathname, search } = new URL(made.json().url)
  return `${pathname}${search}`
}
const open = (url: string) => control.server.app.inject({ method: 'GET', url })

describe('the panel of a record’s payments', () => {
  it('stands in the frames of the configuration only, loads nothing and runs no script', async () => {
    const page = await open(await linkTo('500'))
    expect(page.statusCode).toBe(200)
    expect(page.headers['content-type']).toContain('text/html')
    const policy = String(page.headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain('frame-ancestors https://crm.test')
    expect(policy).not.toContain('script-src')
    expect(page.headers['x-frame-options']).toBeUndefined()
    expect(page.headers['cache-control']).toBe('no-store')
    expect(page.body).toContain('No payment has been taken for this record.')
    expect(page.body).not.toContain('<script')
  })

  it('writes what a record is called as text, whatever it is called', async () => {
    const body = { record: { kind: 'Case', id: '<b>' } }
    const made = await ask(control, { method: 'POST', url: '/v1/records/panel-links', body })
    expect(made.statusCode).toBe(400)
  })

  it('is ten minutes good, and not a letter may change', async () => {
    const url = await linkTo('500')
    const changed = await open(`${url.slice(0, -3)}AAA`)
    expect([changed.statusCode, changed.json().code]).toEqual([401, 'PANEL_TOKEN_INVALID'])
    await control.clock.turn(601_000)
    const late = await open(url)
    expect([late.statusCode, late.json().code]).toEqual([401, 'PANEL_TOKEN_INVALID'])
  })

  it('leaves every other page of ours in no frame', async () => {
    const page = await open('/healthz')
    expect(String(page.headers['content-security-policy'])).toContain("frame-ancestors 'none'")
  })
})
