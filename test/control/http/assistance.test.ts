import { afterEach, beforeEach, expect, it } from 'vitest'
import { ask, type Harness, harness, liveCall, theirs } from './control-harness.ts'

let control: Harness
beforeEach(async () => {
  control = await harness()
})
afterEach(() => control.close())

it('what helps a caller to key is chosen for their call, told back, and nobody else’s business', async () => {
  const id = await liveCall(control)
  const url = `/v1/calls/${id}/assistance`
  expect((await ask(control, { url })).json()).toEqual({
    prompts: 'silence',
    locale: 'en-GB',
    muteCaller: false,
  })
  const body = { prompts: 'spoken', locale: 'pl-PL', muteCaller: true }
  expect((await ask(control, { method: 'POST', url, body })).json()).toEqual(body)
  expect((await ask(control, { url })).json()).toEqual(body)
  const refused = await ask(control, { method: 'POST', url, body: { locale: 'xx-XX' } })
  expect(refused.json()).toMatchObject({ code: 'REQUEST_INVALID', field: '/locale' })
  expect((await ask(control, { url, key: theirs.key })).statusCode).toBe(404)
})
