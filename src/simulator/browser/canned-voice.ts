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

/** The `data` chunk of a RIFF/WAVE file whose `fmt ` chunk says mu-law (7, RFC 2361); null for any other. */
export function mulawOf(file: ArrayBuffer): Uint8Array | null {
  const view = new DataView(file)
  let isMulaw = false
  for (let at = 12; at + 8 <= file.byteLength; ) {
    const id = view.getUint32(at)
    const length = view.getUint32(at + 4, true)
    if (id === 0x666d7420) isMulaw = view.getUint16(at + 8, true) === 7
    if (id === 0x64617461)
      return isMulaw ? new Uint8Array(file, at + 8, Math.min(length, file.byteLength - at - 8)) : null
    at += 8 + length + (length % 2)
  }
  return null
}
