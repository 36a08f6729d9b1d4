import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dialled, g711, line, pcm16, wav } from './support/recording.ts'

const command = path.resolve(import.meta.dirname, '../../bin/tonewall.mjs')
const folder = mkdtempSync(path.join(os.tmpdir(), 'tonewall-dtmf-'))
const inFolder = (name: string) => path.join(folder, name)

beforeAll(() => {
  writeFileSync(inFolder('call.wav'), wav(line('ulaw'), g711('mulaw', dialled('4071'))))
  writeFileSync(inFolder('call.alaw'), g711('alaw', dialled('58')))
  writeFileSync(inFolder('quiet.wav'), wav(line('s16le'), pcm16(dialled(''))))
  writeFileSync(
    inFolder('letter.wav'),
    'Dear Sir or Madam, this is a letter and not a recording.\n'.repeat(20),
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

function tonewall(args: readonly string[], input?: Buffer) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, 'dtmf', ...args], {
    ...(input && { input }),
  })
  return { status, out: stdout.toString(), err: stderr.toString() }
}
const digits = (out: string) => [...out.matchAll(/"digit":"(.)"/g)].map(([, digit]) => digit).join('')

describe('tonewall dtmf', () => {
  it('detects from a file and from standard input', () => {
    expect(digits(tonewall(['detect', inFolder('call.wav')]).out)).toBe('4071')
    expect(digits(tonewall(['detect', inFolder('call.alaw')]).out)).toBe('58')
    expect(digits(tonewall(['detect', '--codec', 'ulaw', '-'], g711('mulaw', dialled('99'))).out)).toBe('99')
    expect(digits(tonewall(['detect', '--rate', '16000'], pcm16(dialled('36', 16_000))).out)).toBe('36')
  })

  it('masks into a file of the same form and length, in which the audit finds nothing', () => {
    const { out, status } = tonewall(['mask', inFolder('call.wav'), inFolder('agent.wav')])
    expect({ digits: digits(out), status }).toEqual({ digits: '4071', status: 0 })
    const [before, after] = [readFileSync(inFolder('call.wav')), readFileSync(inFolder('agent.wav'))]
    expect(after.length).toBe(before.length)
    expect(after.subarray(0, 58).equals(before.subarray(0, 58))).toBe(true)
    expect(tonewall(['audit', inFolder('agent.wav')]).status).toBe(0)
  })

  it('audits with an exit code, and prints digits only when told to', () => {
    const clean = tonewall(['audit', inFolder('quiet.wav')])
    expect(clean).toMatchObject({ status: 0, out: expect.stringContaining('no recoverable digit') })
    const found = tonewall(['audit', '--json', inFolder('call.wav'), inFolder('quiet.wav')])
    expect(found.status).toBe(1)
    expect(found.out).not.toContain('"digit"')
    expect(JSON.parse(found.out.trim().split('\n').at(-1)!)).toMatchObject({
      files: 2,
      affected: 1,
      digits: 4,
    })
    expect(digits(tonewall(['audit', '--json', '--show-digits', inFolder('call.wav')]).out)).toBe('4071')
  })

  it('says what is wrong with what is not audio, and goes on with the rest', () => {
    const { status, out, err } = tonewall([
      'audit',
      inFolder('letter.wav'),
      inFolder('nowhere.wav'),
      inFolder('quiet.wav'),
    ])
    expect(err).toMatch(/letter\.wav: it is text.*\n.*nowhere\.wav: there is no such file/)
    expect(out).toContain('1 recording,')
    expect(out).toContain('2 could not be read')
    expect(status).toBe(2)
    expect(tonewall(['detect', inFolder('letter.wav')])).toMatchObject({ status: 2, out: '' })
  })

  it('replays a trace, and names the line that it cannot read', () => {
    const trace = '{"t":1,"kind":"ws","msg":{"event":"dtmf","dtmf":{"digit":"4"}}}\n'
    expect(tonewall(['fuse'], Buffer.from(trace))).toMatchObject({
      status: 0,
      out: '{"digit":"4","atMs":1}\n',
    })
    expect(tonewall(['fuse'], Buffer.from(`${trace}oops\n`))).toMatchObject({
      status: 2,
      err: expect.stringContaining('line 2'),
    })
  })

  it.each(['detect', 'mask', 'fuse', 'audit'])('explains itself: %s --help', (name) => {
    expect(tonewall([name, '--help'])).toMatchObject({
      status: 0,
      out: expect.stringContaining(`tonewall dtmf ${name}`),
    })
  })
})
