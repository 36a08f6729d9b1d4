import { mulawOf } from './mulaw-file.ts'

/** The caller's sentences of `media/speech`: mono mu-law WAVE files at 8 kHz, copied beside the page by the build. */
const files = import.meta.glob<string>('../../../media/speech/caller-*.wav', {
  eager: true,
  query: '?url',
  import: 'default',
})

/** In the order of their names. A file that cannot be read is left out: the phone works without a voice. */
export async function loadCannedVoice(): Promise<Uint8Array[]> {
  const urls = Object.keys(files)
    .sort()
    .map((name) => files[name] ?? '')
  const sentences = await Promise.all(urls.map((url) => load(url).catch(() => null)))
  return sentences.filter((sentence) => sentence !== null)
}

async function load(url: string): Promise<Uint8Array | null> {
  const response = await fetch(url)
  return response.ok ? mulawOf(await response.arrayBuffer()) : null
}
