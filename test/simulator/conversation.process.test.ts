import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import twilio from 'twilio'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { FromChild } from '../../src/base/child-process.ts'
import { parseScript } from '../../src/simulator/call-script.ts'
import { connectHandset } from '../../src/simulator/handset.ts'
import { runScriptedCall } from '../../src/simulator/scripted-call.ts'
import { eventually, PlatformDouble, type SeenStream } from './platform-double.ts'
import { accountSid, authToken, simulatorConfig } from './simulator-config.ts'

const media = 'media/speech'
const caller = '+447700900123'
const platform = new PlatformDouble()
let simulator: ChildProcess
let carrierUrl: string

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address ? address.port : 0
}

beforeAll(async () => {
  await platform.listen()
  const port = await freePort()
  carrierUrl = `http://127.0.0.1:${port}`
  simulator = spawn(process.execPath, ['src/simulator/main.ts'], {
    stdio: ['pipe', 'ignore', 'inherit', 'ipc'],
    env: {},
  })
  simulator.stdin?.end(
    JSON.stringify({ ...simulatorConfig(platform.url), listen: { host: '127.0.0.1', port } }),
  )
  const [message] = await once(simulator, 'message')
  expect(FromChild.parse(message)).toEqual({ type: 'ready' })
})

afterAll(async () => {
  const exited = once(simulator, 'exit')
  simulator.send({ type: 'stop', deadlineMs: 2_000 })
  expect((await exited)[0]).toBe(0)
  await platform.close()
})

beforeEach(() => {
  platform.webhooks.length = 0
  platform.streams.length = 0
  platform.onStream = () => {}
})

function client() {
  const twilioClient = twilio(accountSid, authToken)
  twilioClient.api.baseUrl = carrierUrl
  return twilioClient
}

const connect = (role: string) =>
  `<Response><Connect><Stream url="${platform.streamUrl}/streams/twilio"><Parameter name="role" value="${role}"/>` +
  `<Parameter name="streamToken" value="secret-${role}"/></Stream></Connect><Redirect>/voice?again=1</Redirect></Response>`

/** Passes every frame of one stream to the other, as a bridge does. */
function join(a: SeenStream, b: SeenStream): void {
  const pass = (from: SeenStream, to: SeenStream) =>
    from.socket.on('message', (data) => {
      const message = JSON.parse(String(data))
      if (message.event === 'media') to.send({ event: 'media', media: { payload: message.media.payload } })
    })
  pass(a, b)
  pass(b, a)
}

describe('a whole conversation over the simulated network', () => {
  it('takes a caller and an agent through the platform, with real audio both ways', async () => {
    platform.answer = ({ path, parameters }) => {
      if (path === '/voice')
        void client().calls.create({
          to: 'client:priya',
          from: parameters.To!,
          url: `${platform.url}/agent`,
          statusCallback: `${platform.url}/agent-status`,
          statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
        })
      return connect(path === '/agent' ? 'agent' : 'caller')
    }
    platform.onStream = () =>
      platform.streams.length === 2 && join(platform.streams[0]!, platform.streams[1]!)
    const agent = await connectHandset({ url: carrierUrl, role: { kind: 'agent', identity: 'priya' } })
    const call = await runScriptedCall({
      carrierUrl,
      from: caller,
      media,
      onStart: () => agent.reached('start'),
      steps: parseScript('speak caller-thanks loop; keys 4242# tone=80 gap=60; wait 400; hang-up'),
    })

    const [voice] = platform.at('/voice')
    expect(voice!.parameters).toMatchObject({
      From: caller,
      To: '+442079460000',
      CallStatus: 'ringing',
      Direction: 'inbound',
    })
    expect(
      platform.webhooks.every(({ signature, url, parameters }) =>
        twilio.validateRequest(authToken, signature, url, parameters),
      ),
    ).toBe(true)
    const [a, b] = platform.streams
    for (const stream of [a!, b!]) {
      expect(
        twilio.validateRequest(authToken, stream.signature, `${platform.streamUrl}/streams/twilio`, {}),
      ).toBe(true)
      expect(stream.messages.slice(0, 2).map(({ event }) => event)).toEqual(['connected', 'start'])
      expect(stream.start.start).toMatchObject({
        accountSid,
        tracks: ['inbound'],
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      })
      const numbered = stream.messages.slice(1)
      expect(numbered.map(({ sequenceNumber }) => sequenceNumber)).toEqual(
        numbered.map((_, i) => String(i + 1)),
      )
      const frames = stream.of('media')
      expect(frames.map(({ media: m }) => m.timestamp)).toEqual(frames.map((_, i) => String(i * 20)))
    }

    expect(call.endedBecause).toBe('hung-up-here')
    expect(call.counts).toMatchObject({ keys: 5, steps: 4, starts: 1 })
    await eventually(() => platform.at('/status').length === 1)
    expect(platform.at('/status')[0]!.parameters).toMatchObject({
      CallSid: call.callSid,
      CallStatus: 'completed',
      CallbackSource: 'call-progress-events',
    })
    expect(a!.of('stop')[0]).toMatchObject({ stop: { accountSid, callSid: call.callSid } })

    // What the caller said arrived at the platform octet by octet, and at the agent's ear.
    const sent = Buffer.from(call.sentRecording.toMulaw())
    const spoken = sent.subarray(0, 8000)
    expect(a!.audio().includes(spoken)).toBe(true)
    expect(Buffer.from(agent.heard.toMulaw()).includes(spoken.subarray(4000, 5600))).toBe(true)
    // The robot was heard by the caller.
    expect(call.heard.some((sample) => Math.abs(sample) > 2_000)).toBe(true)
    expect(agent.customParameters).toEqual({ role: 'agent' })

    await client().calls(agent.callSid!).update({ status: 'completed' })
    await agent.reached('stop')
    await eventually(() => platform.at('/agent-status').length === 4)
    expect(platform.at('/agent-status').map(({ parameters }) => parameters.CallStatus)).toEqual([
      'initiated',
      'ringing',
      'in-progress',
      'completed',
    ])
    agent.close()
  })

  it('takes the call up again with a new stream when the platform loses one', async () => {
    platform.answer = () => connect('caller')
    const handset = await connectHandset({ url: carrierUrl, role: { kind: 'caller', from: caller } })
    await handset.reached('start')
    platform.streams[0]!.socket.terminate()
    await eventually(() => platform.streams[1]?.start)
    expect(platform.at('/voice').at(-1)).toMatchObject({
      path: '/voice?again=1',
      parameters: { CallStatus: 'in-progress' },
    })
    expect(platform.streams[1]!.start.start.callSid).toBe(platform.streams[0]!.start.start.callSid)
    expect(platform.streams[1]!.start.streamSid).not.toBe(platform.streams[0]!.start.streamSid)
    await eventually(() => handset.startCount === 2)
    await handset.hangUp()
    expect(handset.stopReason).toBe('hung-up-here')
  })

  it('plays what the platform sends, echoes marks in their place and forgets what is cleared', async () => {
    platform.answer = () => connect('caller')
    const handset = await connectHandset({ url: carrierUrl, role: { kind: 'caller', from: caller } })
    await handset.reached('start')
    const stream = platform.streams[0]!
    const second = Buffer.alloc(8000, 0x10).toString('base64')
    stream.send({ event: 'media', media: { payload: Buffer.alloc(1600, 0x20).toString('base64') } })
    stream.send({ event: 'mark', mark: { name: 'played' } })
    const sentMs = performance.now()
    await eventually(() => stream.of('mark').length === 1)
    expect(performance.now() - sentMs).toBeGreaterThan(150)
    stream.send({ event: 'media', media: { payload: second } })
    stream.send({ event: 'mark', mark: { name: 'cleared' } })
    stream.send({ event: 'clear' })
    await eventually(() => stream.of('mark').length === 2)
    await handset.hangUp()
    expect(stream.of('mark').map(({ mark }) => mark.name)).toEqual(['played', 'cleared'])
    const heard = handset.heard.toMulaw()
    expect(heard.filter((octet) => octet === 0x20)).toHaveLength(1600)
    expect(heard.filter((octet) => octet === 0x10).length).toBeLessThan(1600)
  })

  it('reports a key as a tone, as a message, or as both', async () => {
    platform.answer = () => connect('caller')
    const handset = await connectHandset({ url: carrierUrl, role: { kind: 'caller', from: caller } })
    await handset.reached('start')
    const stream = platform.streams[0]!
    await handset.press('1', { report: 'audio' })
    await handset.press('2', { report: 'message' })
    await handset.press('3', { report: 'both' })
    await eventually(() => stream.of('dtmf').length === 2)
    await handset.hangUp()
    expect(stream.of('dtmf').map(({ dtmf }) => dtmf)).toEqual([
      { track: 'inbound_track', digit: '2' },
      { track: 'inbound_track', digit: '3' },
    ])
  })

  it('ends a call whose webhook cannot be reached', async () => {
    platform.answer = () => '<Response><Redirect>http://127.0.0.1:1/nobody</Redirect></Response>'
    const handset = await connectHandset({ url: carrierUrl, role: { kind: 'caller', from: caller } })
    await handset.reached('stop')
    expect(handset.stopReason).toBe('failed')
    const told = await eventually(() =>
      platform.at('/status').find(({ parameters }) => parameters.CallSid === handset.callSid),
    )
    expect(told.parameters.CallStatus).toBe('failed')
  })

  it('rejects a call that the platform rejects', async () => {
    platform.answer = () => '<Response><Reject reason="busy"/></Response>'
    const call = await runScriptedCall({ carrierUrl, from: caller, media, steps: parseScript('wait 5000') })
    expect(call).toMatchObject({ endedBecause: 'busy', counts: { steps: 0 } })
  })

  it('lets no page from elsewhere use the telephone, and refuses what it cannot read', async () => {
    const upgrade = (path: string, origin?: string) =>
      new Promise((resolve) => {
        const socket = new WebSocket(carrierUrl.replace('http', 'ws') + path, origin ? { origin } : {})
        socket.on('unexpected-response', (_request, response) => resolve(response.statusCode))
        socket.on('error', () => {})
        socket.on('open', () => {
          resolve(101)
          socket.terminate()
        })
      })
    expect(await upgrade('/handset/agent?identity=priya', 'https://elsewhere.example')).toBe(403)
    expect(await upgrade('/handset/agent?identity=priya', 'http://localhost:4000')).toBe(101)
    expect(await upgrade('/handset/caller?from=nobody')).toBe(400)
    expect(await upgrade('/handset/elsewhere')).toBe(400)
  })
})
