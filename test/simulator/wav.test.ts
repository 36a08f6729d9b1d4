import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../src/base/errors.ts'
import { readWav, writeWav } from '../../src/simulator/wav.ts'

describe('a WAV file', () => {
  it('gives back what was written, in PCM16 and in mu-law', () => {
    fc.assert(
      fc.property(fc.int16Array(), fc.uint8Array(), (samples, octets) => {
        expect(readWav(writeWav({ encoding: 'pcm16', sampleRate: 8000, samples }))).toEqual({
          encoding: 'pcm16',
          sampleRate: 8000,
          samples,
        })
        const mulaw = { encoding: 'mulaw', sampleRate: 8000, octets } as const
        expect(readWav(writeWav(mulaw))).toEqual(mulaw)
      }),
    )
  })

  it('has the header that players expect', () => {
    const file = writeWav({ encoding: 'mulaw', sampleRate: 8000, octets: new Uint8Array([1, 2, 3]) })
    expect(file.toString('latin1', 0, 4)).toBe('RIFF')
    expect(file.readUInt32LE(4)).toBe(file.length - 8)
    expect(file.readUInt16LE(20)).toBe(7)
    expect(file.readUInt32LE(28)).toBe(8000)
    expect(file.length % 2).toBe(0)
  })

  it('is refused when it is something else, whatever that is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, withHeader) => {
        const header = withHeader ? Buffer.from('RIFF\0\0\0\0WAVEfmt \x12\0\0\0', 'latin1') : Buffer.alloc(0)
        try {
          readWav(Buffer.concat([header, bytes]))
        } catch (error) {
          expect(error).toBeInstanceOf(AppError)
        }
      }),
    )
    expect(() => readWav(Buffer.from('ID3 something'))).toThrow('not a RIFF/WAVE file')
  })
})
