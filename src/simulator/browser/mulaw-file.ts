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
