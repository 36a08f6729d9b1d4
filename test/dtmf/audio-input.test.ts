import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { openAudio } from '../../src/dtmf/audio-input.ts'
import { readWavHeader, writeWavHeader } from '../../src/dtmf/wav-header.ts'
import { dialled, g711, inPortions, line, pcm16, wav } from './support/recording.ts'

const assumed = line('s16le')
/** 128 kbit/s at 44.1 kHz, without a body. */
const mp3Frame = Buffer.alloc(417)
mp3Frame.set([0xff, 0xfb, 0x90, 0x00])

async function bytesOf(stream: Readable): Promise<number> {
  let bytes = 0
  for await (const portion of (await openAudio(stream, assumed)).portions) {
    expect(portion.length % 2).toBe(0)
    bytes += portion.length
  }
  return bytes
}

describe('what arrives as audio', () => {
  it.each(['s16le', 'ulaw', 'alaw'] as const)(
    'is known by its WAVE header, however it is cut (%s)',
    async (codec) => {
      const body =
        codec === 's16le' ? pcm16(dialled('1')) : g711(codec === 'ulaw' ? 'mulaw' : 'alaw', dialled('1'))
      const input = await openAudio(inPortions(wav(line(codec), body), 5), assumed)
      expect(input).toMatchObject({ isWav: true, format: line(codec) })
      const parts: Buffer[] = []
      for await (const portion of input.portions) parts.push(Buffer.from(portion))
      expect(Buffer.concat(parts).equals(body)).toBe(true)
    },
  )

  it('ends where the data chunk ends, whatever follows', async () => {
    const file = Buffer.concat([
      wav(assumed, pcm16(dialled(''))),
      Buffer.from('LIST\x04\x00\x00\x00abcd', 'latin1'),
    ])
    expect(await bytesOf(inPortions(file))).toBe(16_000)
  })

  it('goes on to its end where the writer did not know the length', async () => {
    const body = pcm16(dialled(''))
    expect(await bytesOf(inPortions(Buffer.concat([writeWavHeader(assumed), body])))).toBe(16_000)
  })

  it('is what it was said to be when it has no header; half a sample at the end is left out', async () => {
    expect(await bytesOf(inPortions(Buffer.concat([pcm16(dialled('')), Buffer.of(1)])))).toBe(16_000)
  })

  it.each([
    ['nothing', Buffer.alloc(0), 'there is nothing in it'],
    ['MP3', Buffer.concat([Buffer.from('ID3'), Buffer.alloc(600)]), 'MP3'],
    ['MP3 without tags', Buffer.concat([mp3Frame, mp3Frame, mp3Frame, mp3Frame]), 'MP3'],
    ['a picture', Buffer.concat([Buffer.from('\x89PNG\r\n', 'latin1'), Buffer.alloc(600)]), 'PNG'],
    [
      'a document',
      Buffer.from('Dear Sir or Madam, this is not audio at all: it is a letter.\n'.repeat(20)),
      'text',
    ],
    [
      'text of other tongues',
      Buffer.from('Die Aufnahme „Tor“ heißt so – naïve façade.\n'.repeat(20)),
      'text',
    ],
    ['an AVI film', Buffer.from('RIFF\x00\x00\x00\x00AVI LIST', 'latin1'), 'not WAVE'],
    ['half a header', writeWavHeader(assumed).subarray(0, 30), 'within its header'],
    ['ADPCM', wavOfTag(2, 4), 'format other than'],
    ['a rate of 4,000', writeWavHeader(line('s16le', 4_000), 0), 'rate'],
  ])('is refused by name when it is none: %s', async (_, bytes, because) => {
    await expect(openAudio(inPortions(bytes), assumed)).rejects.toMatchObject({
      code: 'DTMF_NOT_AUDIO',
      message: expect.stringContaining(because),
    })
  })

  it('is raw mu-law, although it begins as an MP3 would: with silence and a soft sample', async () => {
    const quiet = Buffer.alloc(8_000, 0xfb)
    for (const second of [0xf2, 0xf3, 0xfa, 0xfb]) {
      quiet.set([0xff, second, 0x77, 0xf4])
      expect((await openAudio(inPortions(quiet), line('ulaw'))).isWav).toBe(false)
    }
  })

  it('is never read further than needed to tell what it is', async () => {
    let given = 0
    const endless = Readable.from(
      (function* () {
        for (;;) {
          given += 1_000
          yield Buffer.alloc(1_000)
        }
      })(),
      { highWaterMark: 1 },
    )
    await openAudio(endless, assumed)
    expect(given).toBeLessThan(10_000)
    endless.destroy()
  })
})

describe('a WAVE header', () => {
  it('is read with other chunks before its data, and as WAVE_FORMAT_EXTENSIBLE', () => {
    const plain = writeWavHeader(line('s16le', 16_000, 2), 100)
    const fmt = Buffer.alloc(8 + 40)
    fmt.write('fmt ', 'latin1')
    fmt.writeUInt32LE(40, 4)
    plain.copy(fmt, 8, 20, 36)
    fmt.writeUInt16LE(0xfffe, 8)
    fmt.writeUInt16LE(1, 8 + 24)
    const odd = Buffer.from('junk\x03\x00\x00\x00abc\x00', 'latin1')
    const file = Buffer.concat([plain.subarray(0, 12), odd, fmt, plain.subarray(50)])
    expect(readWavHeader(file)).toEqual({
      format: line('s16le', 16_000, 2),
      dataAt: 12 + 12 + 48 + 8,
      dataBytes: 100,
    })
  })
})

function wavOfTag(tag: number, bits: number): Buffer {
  const head = writeWavHeader(assumed, 0)
  head.writeUInt16LE(tag, 20)
  head.writeUInt16LE(bits, 34)
  return head
}
