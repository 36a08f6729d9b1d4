/** What lies below 580 Hz, as in ../../low-band.ts. */
import { LOW_BAND, RING, SAMPLES, WINDOW_HOPS } from './memory-map'

const WAVES: usize = 21
const BYTES_OF_WAVE: usize = 288
const SCALE: f64 = 4_095 * 144

/** Mean square of the low band in the nine hops from `first` on. */
export function lowPower(base: usize, first: i32): f64 {
  let sum: f64 = 0
  for (let wave: usize = 0; wave < WAVES; wave++) {
    const dot = dotOf(base, first, LOW_BAND + wave * BYTES_OF_WAVE)
    sum += dot * dot
  }
  return (2 * sum) / (SCALE * SCALE)
}

// @ts-expect-error: decorator
@inline
function dotOf(base: usize, first: i32, wave: usize): f64 {
  let all = i32x4.splat(0)
  for (let h = 0; h < WINDOW_HOPS; h++) {
    const x = base + SAMPLES + (<usize>((first + h) & RING) << 5)
    const w = wave + (<usize>h << 5)
    all = i32x4.add(all, i32x4.dot_i16x8_s(v128.load(x), v128.load(w)))
    all = i32x4.add(all, i32x4.dot_i16x8_s(v128.load(x, 16), v128.load(w, 16)))
  }
  // The four of them may need more than 31 bits.
  const two = f64x2.add(f64x2.convert_low_i32x4_s(all), f64x2.convert_low_i32x4_s(v128.shuffle<i32>(all, all, 2, 3, 0, 1)))
  return f64x2.extract_lane(two, 0) + f64x2.extract_lane(two, 1)
}
