/** Of layer III, in kbit/s by index: MPEG-1, then MPEG-2 and 2.5 (ISO/IEC 11172-3 §2.4.2.3, 13818-3 §2.4.2.3). */
const kilobits = [
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
] as const
/** By version (2.5, reserved, 2, 1) and index. */
const rates = [[11_025, 12_000, 8_000], [], [22_050, 24_000, 16_000], [44_100, 48_000, 32_000]] as const
const mpeg1 = 3
/** The longest frame: 320 kbit/s at 32 kHz, and the beginning of the next. */
export const enoughForMp3 = 1_444

/**
 * Does an MP3 without tags begin here? Its sync word alone says little: `ff fb` is silence and then a soft sample in mu-law.
 * So the frame has to make sense, and the next one has to begin where it ends.
 */
export function isMp3(head: Buffer): boolean {
  const [sync = 0, kind = 0, third = 0] = head
  const isLayer3 = sync === 0xff && (kind & 0xe6) === 0xe2
  if (!isLayer3) return false
  const version = (kind >> 3) & 3
  const kbits = kilobits[version === mpeg1 ? 0 : 1][third >> 4]
  const rate = rates[version]?.[(third >> 2) & 3]
  if (!kbits || !rate) return false
  const next = Math.floor(((version === mpeg1 ? 144 : 72) * kbits * 1_000) / rate) + ((third >> 1) & 1)
  return head[next] === sync && head[next + 1] === kind
}
