import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { withCheckDigit } from './check-digit.ts'
import { goodCard, type RunningGateway, runGateway, sale } from './running-gateway.ts'

/** In a test range, and found nowhere else in this file or its folder. */
const marked = { ...goodCard, number: withCheckDigit('400000137294658'), csc: '739' }

let running: RunningGateway
beforeAll(async () => {
  running = await runGateway()
})
afterAll(() => running.end())

/** Every place of the text where six digits of the card, beyond its BIN, or its code in a field of its own, stand. */
function traces(text: string): string[] {
  const windows = Array.from({ length: 5 }, (_, i) => marked.number.slice(6 + i, 12 + i))
  return [...windows, `"${marked.csc}"`, `:${marked.csc}`].filter((piece) => text.includes(piece))
}

const everything = () => [
  ...readdirSync(running.dataDir).map((name) => readFileSync(path.join(running.dataDir, name), 'latin1')),
  running.logLines.join(''),
]

it('leaves nothing of a card in a file, an answer or a log line but its brand and last four', async () => {
  const { client } = running
  const replies = [
    await client.post('/v1/authorisations', sale({ card: marked }), { key: 'residue-1' }),
    await client.post('/v1/authorisations', sale({ card: marked }), { key: 'residue-1' }),
    await client.post('/v1/authorisations', sale({ card: { ...marked, expiryMonth: 13 } })),
    await client.post('/v1/authorisations', sale({ card: { ...marked, [marked.number]: 1 } })),
    await client.post('/v1/authorisations', `{"card":{"number":"${marked.number}`),
    await client.post('/v1/tokens', { card: marked }, { key: 'residue-2' }),
    await client.get(`/v1/authorisations?ourReference=a&${marked.number}=1`),
    await client.get(`/v1/${marked.number}`),
    await client.get('/v1/ledger'),
  ]
  expect(replies.map(({ status }) => status)).toEqual([201, 422, 400, 400, 400, 201, 400, 404, 200])
  expect(replies.flatMap(({ body }) => traces(body))).toEqual([])
  expect(everything().flatMap(traces)).toEqual([])
  expect(running.logLines.length).toBeGreaterThan(replies.length)
})

it('would have found it: the reference is kept, and a card written there is found', async () => {
  await running.client.post('/v1/authorisations', sale({ merchantReference: `order ${marked.number}` }))
  expect(everything().flatMap(traces).length).toBeGreaterThan(0)
})
