import { describe, expect, it } from 'vitest'
import { adapterResources } from '../../src/control/connections/connection-resource.ts'
import { takeReturn } from '../../src/desk/came-back.ts'
import { asText, fieldsOf, readSettings } from '../../src/desk/settings-fields.ts'

const fields = (id: string) => fieldsOf(adapterResources.find((one) => one.id === id)?.settings ?? {})

describe('the fields of a system’s settings', () => {
  it('are those of its schema, required ones first, with what holds unless told', () => {
    const [host, ...rest] = fields('salesforce')
    expect(host).toMatchObject({ name: 'host', label: 'Host', sort: 'text', required: true, preset: '' })
    expect(rest.every(({ required }) => !required)).toBe(true)
    expect(rest.find(({ name }) => name === 'object')?.preset).toBe('Task')
    expect(rest.find(({ name }) => name === 'audience')?.sort).toBe('choice')
    expect(rest.find(({ name }) => name === 'requestsPerDay')?.sort).toBe('number')
    expect(rest.find(({ name }) => name === 'lookupFields')?.sort).toBe('json')
    expect(fields('generic').find(({ name }) => name === 'body')?.sort).toBe('long')
  })

  it.each(adapterResources.map(({ id }) => id))('of %s are read back as they were shown', (id) => {
    const { settings } = readSettings(
      fields(id),
      (name) => fields(id).find((field) => field.name === name)?.preset ?? '',
    )
    for (const field of fields(id)) expect(asText(settings?.[field.name])).toBe(field.preset)
  })

  it('that are empty are left out, and those that cannot be say so by name', () => {
    expect(readSettings(fields('hubspot'), () => ' ')).toEqual({ settings: {}, fault: null })
    const many = readSettings(fields('zendesk'), () => 'many')
    expect(many.fault).toBe('Requests per minute: not a number')
  })
})

describe('the address that a person comes back to', () => {
  const back = (hash: string) => {
    const seen: string[] = []
    const told = takeReturn({ hash, pathname: '/' }, { replaceState: (_1, _2, url) => void seen.push(url) })
    return [told, ...seen]
  }
  it('says what became of the consent, once', () => {
    expect(back('#connections')).toEqual(['', '/'])
    expect(back('#connections=CONSENT_INVALID')).toEqual(['CONSENT_INVALID', '/'])
  })
  it('says nothing that control does not say', () => {
    expect(back('')).toEqual([null])
    expect(back('#call')).toEqual([null])
    expect(back('#connections=<b>')).toEqual([null])
  })
})
