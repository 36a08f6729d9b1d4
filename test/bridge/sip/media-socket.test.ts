import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { codeOf } from '../../../src/base/errors.ts'
import { silentLog } from '../../../src/base/log.ts'
import { dgramSockets } from '../../../src/bridge/sip/media-socket/dgram-socket.ts'
import { openLibc } from '../../../src/bridge/sip/media-socket/libc.ts'
import type { MediaSocket, Source } from '../../../src/bridge/sip/media-socket/media-socket.ts'
import { NativeSockets } from '../../../src/bridge/sip/media-socket/native-sockets.ts'
import { openMediaSockets } from '../../../src/bridge/sip/media-socket/open-media-sockets.ts'
import { until } from './support/ng-bridge.ts'

const libc = openLibc()
const runsNative = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch)
const kinds = [dgramSockets, ...(libc && runsNative ? [new NativeSockets(libc)] : [])]

const closing: { close(): void }[] = []
afterEach(() => {
  for (const one of closing.splice(0)) one.close()
})

async function phone(host = '127.0.0.1'): Promise<Socket & { readonly at: Source }> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  socket.bind(0, host)
  await once(socket, 'listening')
  closing.push(socket)
  return Object.assign(socket, { at: { address: host, port: socket.address().port } })
}

it.runIf(runsNative)('media sockets are native where they can be, and Node’s own when told', () => {
  expect(openMediaSockets('native').kind).toBe('native')
  expect(openMediaSockets('dgram').kind).toBe('dgram')
})

describe.each(kinds)('a media socket ($kind)', (sockets) => {
  async function open(host = '127.0.0.1') {
    // A port that was asked for by its number, as the bridge does: the kernel takes one that it chose itself away again
    // when a socket is disconnected.
    const lent = await sockets.open(host, 0, silentLog)
    lent.close()
    const socket = await sockets.open(host, lent.port, silentLog)
    closing.push(socket)
    const heard: { text: string; from: Source }[] = []
    socket.onMessage((bytes, { address, port: from }) => {
      heard.push({ text: bytes.toString(), from: { address, port: from } })
    })
    return { socket, heard }
  }
  const say = (socket: MediaSocket, text: string, to?: Source) => {
    const room = socket.room(text.length)
    room.write(text)
    socket.send(room, to)
  }

  it.each(['127.0.0.1', '::1'])('hears who sent what, and answers, at %s', async (host) => {
    const { socket, heard } = await open(host)
    const [one, other] = [await phone(host), await phone(host)]
    one.send('a', socket.port, host)
    await until('the first', () => heard.length === 1)
    other.send('bb', socket.port, host)
    one.send('ccc', socket.port, host)
    await until('all', () => heard.length === 3)
    expect(heard).toContainEqual({ text: 'a', from: one.at })
    expect(heard).toContainEqual({ text: 'bb', from: other.at })
    expect(heard).toContainEqual({ text: 'ccc', from: one.at })
    const [[echo]] = [await Promise.all([once(other, 'message'), say(socket, 'back', other.at)])]
    expect(String(echo![0])).toBe('back')
  })

  it('keeps everybody but its peer out once it knows one, and lets another in when it is told so', async () => {
    const { socket, heard } = await open()
    const [peer, stranger] = [await phone(), await phone()]
    socket.connect(peer.at)
    await until('connected', () => {
      peer.send('peer', socket.port, '127.0.0.1')
      return heard.length > 2
    })
    stranger.send('stranger', socket.port, '127.0.0.1')
    const [echo] = [once(peer, 'message')]
    say(socket, 'to the peer, whoever is named', stranger.at)
    expect(String((await echo)[0])).toContain('to the peer')
    const count = heard.length
    peer.send('last', socket.port, '127.0.0.1')
    await until('the last', () => heard.length > count && heard.at(-1)!.text === 'last')
    expect(heard.every(({ from }) => from.port === peer.at.port)).toBe(true)
    socket.disconnect()
    await until('the stranger', () => {
      stranger.send('now', socket.port, '127.0.0.1')
      return heard.at(-1)!.text === 'now'
    })
    socket.connect(stranger.at)
    await until('another peer', () => {
      stranger.send('again', socket.port, '127.0.0.1')
      return heard.at(-1)!.text === 'again'
    })
  })

  it('tells truly who sent what lay there before the peer was known', async () => {
    const { socket, heard } = await open()
    const [peer, stranger] = [await phone(), await phone()]
    await new Promise<void>((resolve) => stranger.send('early', socket.port, '127.0.0.1', () => resolve()))
    socket.connect(peer.at)
    await until('something', () => {
      peer.send('peer', socket.port, '127.0.0.1')
      return heard.some(({ text }) => text === 'peer')
    })
    for (const { text, from } of heard) expect(from.port).toBe((text === 'peer' ? peer : stranger).at.port)
  })

  it('leaves nothing of what was said in the memory that it was handed over in', async () => {
    const { socket } = await open()
    const sender = await phone()
    const seen: Buffer[] = []
    socket.onMessage((bytes) => seen.push(bytes))
    sender.send('5', socket.port, '127.0.0.1')
    await until('heard', () => seen.length === 1)
    await until('wiped', () => seen[0]!.every((octet) => octet === 0))
    if (sockets.kind !== 'native') return
    const room = socket.room(4)
    room.write('4242')
    socket.send(room, sender.at)
    expect([...room]).toEqual([0, 0, 0, 0])
  })

  it('says that a port is taken', async () => {
    const { socket } = await open()
    const taken = sockets.open('127.0.0.1', socket.port, silentLog)
    expect(codeOf(await taken.catch((error: unknown) => error))).toBe('EADDRINUSE')
  })

  it('takes it calmly that nobody is there, that an address is none, and that it is closed', async () => {
    const { socket, heard } = await open()
    const gone = await phone()
    const { at } = gone
    gone.close()
    closing.splice(closing.indexOf(gone), 1)
    socket.connect(at)
    for (let n = 0; n < 5; n++) {
      say(socket, 'hello?')
      await new Promise((resolve) => setImmediate(resolve))
    }
    socket.disconnect()
    if (sockets.kind === 'native') say(socket, 'x', { address: 'nowhere', port: 1 })
    const alive = await phone()
    await until('the next', () => {
      alive.send('here', socket.port, '127.0.0.1')
      return heard.length > 0
    })
    socket.close()
    socket.close()
    say(socket, 'late', alive.at)
    expect(socket.closed).toBe(true)
  })

  it('may be closed while it hears, and others of the same round go on', async () => {
    const [one, other] = [await open(), await open()]
    one.socket.onMessage(() => one.socket.close())
    const sender = await phone()
    for (const { socket } of [one, other]) sender.send('x', socket.port, '127.0.0.1')
    await until('both', () => one.socket.closed && other.heard.length === 1)
  })
})
