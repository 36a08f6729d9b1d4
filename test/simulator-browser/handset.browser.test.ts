import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { SimulatorConfig } from '../../src/contracts/process-config/simulator-config.ts'
import { createToneChannel } from '../../src/dsp/tone-guard.ts'
import { keyTone } from '../../src/simulator/key-tone.ts'
import { loadMediaLibrary } from '../../src/simulator/media-library.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { buildPage } from '../desk/built-page.ts'
import { aCall, aSession } from '../desk/examples.ts'
import { ScriptedControl } from '../desk/scripted-control.ts'
import { PlatformDouble, type SeenStream } from '../simulator/platform-double.ts'
import { simulatorConfig } from '../simulator/simulator-config.ts'
import { describeInBrowser, launchChromium } from '../support/chromium.ts'

const shots = process.env.TONEWALL_SHOTS ?? (await mkdtemp(path.join(tmpdir(), 'tonewall-shots-')))

const platform = new PlatformDouble()
let browser: Browser
let carrier: Simulator
let deskDir: string
const complaints: string[] = []

const twiml = (callId: string) =>
  `<Response><Connect><Stream url="${platform.streamUrl}/streams/twilio">` +
  `<Parameter name="callId" value="${callId}"/></Stream></Connect></Response>`

async function pageAt(url: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1000, height: 1000 } })
  const page = await context.newPage()
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.addInitScript(watchLoudspeaker)
  await page.goto(url)
  return page
}

/** Lets the test hear what the page gives to the loudspeaker. */
const watchLoudspeaker = `{
  const connect = AudioNode.prototype.connect
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target === this.context.destination) {
      globalThis.loudspeaker = this.context.createAnalyser()
      connect.call(this, globalThis.loudspeaker)
    }
    return connect.call(this, target, ...rest)
  }
}`

/** Peak of what the loudspeaker plays in the next half second. */
function heardBy(page: Page): Promise<number> {
  return page.evaluate<number>(`(async () => {
    const block = new Float32Array(globalThis.loudspeaker.fftSize)
    let peak = 0
    for (let i = 0; i < 25; i++) {
      globalThis.loudspeaker.getFloatTimeDomainData(block)
      peak = Math.max(peak, ...block.map(Math.abs))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return peak
  })()`)
}

/** The platform plays two seconds of a tone to this leg. */
async function playTone(stream: SeenStream): Promise<void> {
  const octets = keyTone('5', 2_000)
  for (let at = 0; at < octets.length; at += 160) {
    const payload = Buffer.from(octets.subarray(at, at + 160)).toString('base64')
    stream.send({ event: 'media', media: { payload } })
  }
  await new Promise((resolve) => setTimeout(resolve, 400))
}

/** The frames of the last second that are not silent. */
function speechFrames(stream: SeenStream): Buffer[] {
  const recent = stream.of('media').slice(-50)
  const frames = recent.map(({ media }) => Buffer.from(media.payload, 'base64'))
  return frames.filter((frame) => new Set(frame).size > 8)
}

async function dial(): Promise<{ page: Page; stream: SeenStream }> {
  const page = await pageAt(`http://127.0.0.1:${carrier.port}/`)
  const known = platform.streams.length
  await page.getByRole('button', { name: 'Call', exact: true }).click()
  await expect.poll(() => page.getByTestId('call-state').textContent()).toBe('Connected')
  await expect.poll(() => platform.streams.length).toBe(known + 1)
  return { page, stream: platform.streams.at(-1)! }
}

/** The keys that a detector hears in what the platform received, with the lengths of their tones in ms. */
function pressesIn(stream: SeenStream): { keys: string; shortestMs: number } {
  const channel = createToneChannel({ law: 'mulaw', lookaheadMs: 20, fill: 'noise' })
  const audio = new Uint8Array(stream.audio())
  const onsets = new Map<number, number>()
  let keys = ''
  let shortestMs = Number.POSITIVE_INFINITY
  for (let at = 0; at + 160 <= audio.length; at += 160) {
    channel.process(audio.subarray(at, at + 160), new Uint8Array(160))
    channel.drainEvents((event) => {
      if (event.at === 'onset') {
        keys += String.fromCharCode(event.digit)
        onsets.set(event.press, event.onsetSample)
      } else {
        shortestMs = Math.min(shortestMs, (event.atSample - (onsets.get(event.press) ?? 0)) / 8)
      }
    })
  }
  channel.release()
  return { keys, shortestMs }
}

beforeAll(async () => {
  await platform.listen()
  const [browserDir, desk, launched] = await Promise.all([
    buildPage('simulator'),
    buildPage('desk'),
    launchChromium('--mute-audio', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'),
  ])
  deskDir = desk
  browser = launched
  carrier = await startSimulator(SimulatorConfig.parse({ ...simulatorConfig(platform.url), browserDir }))
  platform.answer = () => twiml(aCall().id)
})
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()))
  expect(complaints.splice(0)).toEqual([])
})
afterAll(async () => {
  await browser.close()
  await carrier.stop(1_000)
  await platform.close()
})

describeInBrowser("a caller's phone in the browser", () => {
  it('calls, and plays real tones for keys that are clicked, typed and keyed for me', async () => {
    const { page, stream } = await dial()
    expect(stream.start.start.customParameters).toMatchObject({ callId: aCall().id })
    const keypad = page.getByRole('group', { name: 'Keypad' })
    await keypad.getByRole('button', { name: '4', exact: true }).click()
    await keypad.getByRole('button', { name: '2', exact: true }).click({ delay: 300 })
    await keypad.getByRole('button', { name: 'Hash' }).focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('7')
    const card = page.getByRole('group', { name: 'Key Visa ending 4242 for me' })
    await card.getByRole('button', { name: 'Key number' }).click()
    const sounded = page.getByTestId('keys-sounded')
    await expect.poll(() => sounded.getAttribute('data-count'), { timeout: 10_000 }).toBe('20')
    await page.screenshot({ path: path.join(shots, 'handset.png'), fullPage: true })
    await expect.poll(() => pressesIn(stream).keys, { timeout: 5_000 }).toBe('42#74242424242424242')
    expect(pressesIn(stream).shortestMs).toBeGreaterThan(60)
    expect(stream.of('dtmf')).toEqual([])
    await page.getByRole('button', { name: 'Hang up' }).click()
    await expect.poll(() => stream.of('stop').length).toBe(1)
    expect(await page.getByTestId('call-state').textContent()).toBe('You hung up.')
  })

  it('sends a steady fifty frames a second, and silence while nobody speaks', async () => {
    const { page, stream } = await dial()
    await page.waitForTimeout(2_000)
    const before = stream.of('media').length
    const fromMs = performance.now()
    await page.waitForTimeout(3_000)
    const perSecond = (stream.of('media').length - before) / ((performance.now() - fromMs) / 1_000)
    expect(perSecond).toBeGreaterThan(47)
    expect(perSecond).toBeLessThan(53)
    expect(new Set(stream.audio())).toEqual(new Set([0xff]))
  })

  it("hears the other side, and one's own keys", async () => {
    const { page, stream } = await dial()
    expect(await heardBy(page)).toBe(0)
    await playTone(stream)
    expect(await heardBy(page)).toBeGreaterThan(0.05)
    await expect.poll(() => heardBy(page), { timeout: 6_000 }).toBe(0)
    await page.keyboard.down('5')
    expect(await heardBy(page)).toBeGreaterThan(0.02)
    await page.keyboard.up('5')
  })

  it('speaks with a canned voice, and with the microphone', async () => {
    const { page, stream } = await dial()
    await page.getByLabel('Canned voice').check()
    await expect
      .poll(() => new Set(stream.audio().subarray(-4_000)).size, { timeout: 5_000 })
      .toBeGreaterThan(50)
    await page.getByLabel('Canned voice').uncheck()
    await expect.poll(() => new Set(stream.audio().subarray(-2_000)).size, { timeout: 5_000 }).toBe(1)
    // Chromium's fake microphone beeps once a second.
    await page.getByLabel('Microphone').check()
    await expect
      .poll(() => new Set(stream.audio().subarray(-8_000)).size, { timeout: 5_000 })
      .toBeGreaterThan(20)
  })

  it('reports keys as messages too when the network is set to do so', async () => {
    const { page, stream } = await dial()
    await page.getByLabel('The network reports keys').selectOption('both')
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: 'Test cards' }).click()
    await page.getByRole('button', { name: '9', exact: true }).click()
    await expect.poll(() => stream.of('dtmf').map(({ dtmf }) => dtmf.digit)).toEqual(['9'])
    await expect.poll(() => pressesIn(stream).keys).toBe('9')
  })

  it('says when the other side hangs up, and can call again', async () => {
    const { page, stream } = await dial()
    stream.socket.close()
    await expect.poll(() => page.getByTestId('call-state').textContent()).toMatch(/hung up|ended|lost/)
    await page.getByRole('button', { name: 'Call', exact: true }).click()
    await expect.poll(() => page.getByTestId('call-state').textContent()).toBe('Connected')
  })

  it('has a name for every control, and fits 320 pixels', async () => {
    const page = await pageAt(`http://127.0.0.1:${carrier.port}/`)
    const tree = await page.locator('body').ariaSnapshot()
    expect(tree).toContain('- main')
    expect(tree).toContain('button "Star"')
    expect(tree).toContain('textbox "Your number"')
    expect(await page.getByRole('button', { name: /^$/ }).count()).toBe(0)
    await page.setViewportSize({ width: 320, height: 800 })
    const wide = await page.evaluate<number>('document.documentElement.scrollWidth')
    expect(wide).toBeLessThanOrEqual(320)
    await page.screenshot({ path: path.join(shots, 'handset-320.png'), fullPage: true })
  })
})

describeInBrowser('listening at the desk', () => {
  it("plays the agent's audio, and puts the agent's microphone in the robot's place", async () => {
    const carrierUrl = `http://127.0.0.1:${carrier.port}`
    const control = await ScriptedControl.start(deskDir, { ...aSession, sandbox: { carrierUrl } })
    control.loggedIn = true
    control.tell({ type: 'platform', vault: 'up', bridge: 'up' })
    control.tell({ type: 'call', call: aCall() })
    const page = await pageAt(control.origin)
    await page.getByRole('button', { name: 'Listen' }).click()
    await page.getByRole('button', { name: 'Listen', pressed: true }).waitFor()

    const known = platform.streams.length
    const response = await fetch(
      `${carrierUrl}/2010-04-01/Accounts/${simulatorConfig('').accountSid}/Calls.json`,
      {
        method: 'POST',
        headers: {
          authorization: `Basic ${btoa(`${simulatorConfig('').accountSid}:${simulatorConfig('').authToken}`)}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams({
          To: 'client:agent',
          From: '+442079460000',
          Url: `${platform.url}/agent`,
        }),
      },
    )
    expect(response.status).toBe(201)
    await expect.poll(() => platform.streams.length, { timeout: 10_000 }).toBe(known + 1)
    const stream = platform.streams.at(-1)!
    await playTone(stream)
    expect(await heardBy(page)).toBeGreaterThan(0.05)

    const library = Buffer.concat([...(await loadMediaLibrary(path.resolve('media/speech'))).values()])
    const robotTalks = () => speechFrames(stream).some((frame) => library.includes(frame))
    await expect.poll(robotTalks, { timeout: 5_000 }).toBe(true)
    await page.getByRole('button', { name: 'Talk' }).click()
    await page.getByRole('button', { name: 'Talk', pressed: true }).waitFor()
    await expect.poll(robotTalks, { timeout: 5_000 }).toBe(false)
    expect(speechFrames(stream).length).toBeGreaterThan(0)
    await page.getByRole('button', { name: 'Listen' }).click()
    await page.getByRole('button', { name: 'Listen', pressed: false }).waitFor()
    await control.close()
  })
})
