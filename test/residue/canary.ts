import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ApiClient } from '../../src/demo/api-client.ts'
import { gatewayOf } from '../../src/demo/demo.ts'
import { DeskWatch } from '../../src/demo/desk-watch.ts'
import { SimulatedCall } from '../../src/demo/simulated-call.ts'
import { startWebhookReceiver } from '../../src/demo/webhook-receiver.ts'
import { recoverDigits } from '../../src/dtmf/attacker.ts'
import { writeWav } from '../../src/simulator/wav.ts'
import { freePorts } from '../../src/supervisor/free-ports.ts'
import { startThrowawayPlatform } from '../../src/supervisor/throwaway-platform.ts'
import { markedAmex } from '../support/marked-card.ts'
import { type Finding, type MarkedCard, searchBytes, searchText } from './digit-search.ts'
import { startRecordingProxy } from './recording-proxy.ts'

export type CanaryResult = {
  readonly findings: readonly Finding[]
  /** What was searched, by kind: how many pieces, and bytes in all. */
  readonly searched: ReadonlyMap<string, { pieces: number; bytes: number }>
  /** Found where the string was planted, once for each kind of text. */
  readonly planted: number
  readonly digitsRecovered: number
  readonly outcome: string
}

/** One payment with a marked card, everything that was said or kept during it, and a search of all of that. */
export async function runCanary(): Promise<CanaryResult> {
  const card = markedAmex()
  const [controlPort, bridgePort] = await freePorts(2)
  const proxies = {
    control: await startRecordingProxy(controlPort ?? 0),
    bridge: await startRecordingProxy(bridgePort ?? 0),
  }
  const platform = await startThrowawayPlatform({
    logLevel: 'debug',
    control: { port: controlPort, publicUrl: `http://127.0.0.1:${proxies.control.port}` },
    bridge: { port: bridgePort, publicUrl: `ws://127.0.0.1:${proxies.bridge.port}` },
  })
  const receiver = await startWebhookReceiver()
  const api = new ApiClient({ baseUrl: platform.addresses.control, apiKey: platform.credentials.apiKey })
  const watch = new DeskWatch(api)
  const search = new Search(card)
  try {
    receiver.trust((await api.createEndpoint(receiver.url)).secret)
    const call = await SimulatedCall.dial({ platform, api, watch, from: '+447700900188', talks: true })
    const payment = await call.startPayment({ amountMinor: 1_250, currency: 'GBP', reference: 'canary' })
    // A wrong number first, and a field cleared by the caller: what was thrown away must be gone as well.
    await call.keyField(payment.id, 'pan', `${card.pan.slice(0, 12)}*`)
    await watch.untilPayment(
      payment.id,
      'an empty number',
      ({ collection }) => collection?.fields[0]?.length === 0,
    )
    await call.keyCard(payment.id, card)
    const { status } = await call.settled(payment.id)
    await watch
      .until('the webhook', () => receiver.received.some(({ event }) => event.data.status === status))
      .catch(() => {})
    await call.hangUp()
    const ledger = await gatewayOf(platform).ledger()

    search.files('files of the data folder', platform.dataDir)
    search.texts('log lines', platform.logLines)
    search.texts('HTTP between desk, provider and control', proxies.control.transcript)
    search.texts('WebSocket between provider and bridge', proxies.bridge.transcript)
    search.texts('what the API said', api.transcript)
    search.texts('webhooks', receiver.bodies)
    search.texts('the gateway’s ledger', [JSON.stringify(ledger)])
    for (const [name, { heard }] of [
      ['agent', call.agent],
      ['caller', call.caller],
    ] as const) {
      const wav = writeWav({ encoding: 'pcm16', sampleRate: 8_000, samples: heard.toPcm() })
      search.bytes('WAV', `what the ${name} heard`, wav)
    }
    const digitsRecovered = recoverDigits(call.agent.heard.toPcm(), call.pressesAtAgent()).length
    return { ...search.result(), planted: plant(card), digitsRecovered, outcome: status }
  } finally {
    await watch.close()
    await receiver.close()
    await platform.stop(0)
    await Promise.all([proxies.control.close(), proxies.bridge.close()])
  }
}

class Search {
  readonly #card: MarkedCard
  readonly #findings: Finding[] = []
  readonly #searched = new Map<string, { pieces: number; bytes: number }>()

  constructor(card: MarkedCard) {
    this.#card = card
  }

  texts(kind: string, texts: readonly string[]): void {
    // Joined too: a number cut in two by a chunk is a number.
    for (const text of [...texts, texts.join('')]) this.#findings.push(...searchText(text, this.#card, kind))
    this.#count(kind, texts.length, texts.join('').length)
  }

  bytes(kind: string, where: string, bytes: Buffer): void {
    this.#findings.push(...searchBytes(bytes, this.#card, where))
    this.#count(kind, 1, bytes.length)
  }

  files(kind: string, folder: string): void {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const file = path.join(folder, name)
      if (statSync(file).isFile()) this.bytes(kind, name, readFileSync(file))
    }
  }

  result(): Pick<CanaryResult, 'findings' | 'searched'> {
    return { findings: this.#findings, searched: this.#searched }
  }

  #count(kind: string, pieces: number, bytes: number): void {
    const before = this.#searched.get(kind) ?? { pieces: 0, bytes: 0 }
    this.#searched.set(kind, { pieces: before.pieces + pieces, bytes: before.bytes + bytes })
  }
}

/** The positive control: the card in each form that is looked for, planted in a file and in text. How many were found. */
function plant(card: MarkedCard): number {
  const dashed = card.pan.replace(/(....)(?=.)/g, '$1-')
  const forms = [`"${card.pan}"`, dashed, `…${card.pan.slice(7, 13)}…`, `{"csc":"${card.csc}"}`]
  const inText = forms.filter((form) => searchText(`before ${form} after`, card, 'planted').length > 0)
  const folder = mkdtempSync(path.join(tmpdir(), 'tonewall-planted-'))
  try {
    const inFiles = (['latin1', 'utf16le'] as const).filter((encoding) => {
      writeFileSync(path.join(folder, 'file'), `before ${card.pan} after`, encoding)
      return searchBytes(readFileSync(path.join(folder, 'file')), card, 'planted').length > 0
    })
    return inText.length + inFiles.length
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** How many forms `plant` plants. */
export const plantedForms = 6
