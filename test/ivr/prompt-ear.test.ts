import { describe, expect, it } from 'vitest'
import { KnownPrompts } from './support/known-prompts.ts'
import { PromptEar } from './support/prompt-ear.ts'

const known = new KnownPrompts(['en-GB'])
const samplesOf = (id: string) => known.all.find(({ ref }) => ref === `en-GB/${id}`)!.samples
const pause = (ms: number) => new Int16Array(ms * 8)

function join(...parts: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** What is recognised when the audio comes in pieces of 100 ms, after each of them and at the end. */
function listened(pcm: Int16Array): { soFar: string[][]; heard: { ref: string; whole: boolean }[] } {
  const ear = new PromptEar(known)
  const soFar: string[][] = []
  for (let end = 800; end < pcm.length; end += 800) {
    ear.listen(pcm.subarray(0, end))
    soFar.push(ear.heard.map(({ ref }) => ref))
  }
  ear.listen(pcm, true)
  return { soFar, heard: ear.heard.map(({ ref, whole }) => ({ ref, whole })) }
}

describe('an ear for prompts', () => {
  it('knows a prompt while it is being said, and never takes a word back', () => {
    const { soFar, heard } = listened(join(samplesOf('receipt.ask'), pause(50), samplesOf('goodbye')))
    expect(soFar[9]).toEqual(['en-GB/receipt.ask'])
    expect(heard).toEqual([
      { ref: 'en-GB/receipt.ask', whole: true },
      { ref: 'en-GB/goodbye', whole: true },
    ])
    for (const refs of soFar) expect(heard.map(({ ref }) => ref).slice(0, refs.length)).toEqual(refs)
  })

  it('never takes one for another that begins with the same words', () => {
    const { soFar, heard } = listened(join(samplesOf('csc.ask.amex'), pause(400)))
    expect(new Set(soFar.flat())).toEqual(new Set(['en-GB/csc.ask.amex']))
    expect(heard).toEqual([{ ref: 'en-GB/csc.ask.amex', whole: true }])
  })

  it('knows that one was cut short, and what took its place', () => {
    const cut = samplesOf('expiry.ask').subarray(0, 12_000)
    expect(listened(join(cut, pause(300), samplesOf('csc.ask'))).heard).toEqual([
      { ref: 'en-GB/expiry.ask', whole: false },
      { ref: 'en-GB/csc.ask', whole: true },
    ])
  })

  it('puts together what a busy machine tore, be it where two prompts are still alike', () => {
    const samples = samplesOf('silence.unfinished')
    for (const at of [2_400, 4_000, 6_400]) {
      const torn = join(samples.subarray(0, at), pause(500), samples.subarray(at))
      expect(listened(torn).heard.map(({ ref }) => ref)).toEqual(['en-GB/silence.unfinished'])
    }
  })
})
