/** How samples lie in a stream. `u8`, `s24le`, `s32le` and `f32le` occur in WAVE files only. */
export type SampleCodec = 's16le' | 'ulaw' | 'alaw' | 'u8' | 's24le' | 's32le' | 'f32le'

export type AudioFormat = {
  readonly codec: SampleCodec
  /** Samples a second of each channel. */
  readonly rate: number
  readonly channels: number
}

export const bytesPerSample: Readonly<Record<SampleCodec, number>> = {
  s16le: 2,
  ulaw: 1,
  alaw: 1,
  u8: 1,
  s24le: 3,
  s32le: 4,
  f32le: 4,
}
