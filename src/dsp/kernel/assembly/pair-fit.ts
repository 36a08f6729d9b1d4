/** The fit of two sines to a window, as in ../pair-fit.ts. */
import {
  CORRELATIONS,
  ENERGIES,
  LEAKAGE_SHARE,
  LEAST_POWER,
  LEAST_PURITY,
  LEAST_STEADINESS,
  REFIT,
  SCRATCH,
  SINES,
  TURNS,
  TURN_SQUARE,
} from './memory-map'

/** Fits the strongest pair to the blocks in the scratch. Returns true when the window matters; else the fit is undefined. */
export function fitSummed(base: usize, first: i32, fit: usize, energy: f64): bool {
  let low = strongest(base, 0)
  let high = strongest(base, 4)
  const lowEnergy = load<f64>(base + ENERGIES + (<usize>low << 3))
  const highEnergy = load<f64>(base + ENERGIES + (<usize>high << 3))
  if (highEnergy < lowEnergy * LEAKAGE_SHARE) high = underneath(base, first, low, 4)
  else if (lowEnergy < highEnergy * LEAKAGE_SHARE) low = underneath(base, first, high, 0)
  separate(base, first, low, high)
  const total = energy / 144
  const lowPower = refit(base, 0)
  const lowOffset = load<f64>(base, REFIT)
  const lowSteadiness = load<f64>(base, REFIT + 8)
  if (lowPower <= LEAST_POWER || lowSteadiness <= LEAST_STEADINESS) return false
  const highPower = refit(base, 16)
  const steadiness = min(lowSteadiness, load<f64>(base, REFIT + 8))
  const purity = (lowPower + highPower) / total
  store<f64>(fit, <f64>(low * 4 + high - 4))
  store<f64>(fit, lowPower, 8)
  store<f64>(fit, highPower, 16)
  store<f64>(fit, total, 24)
  store<f64>(fit, purity, 32)
  store<f64>(fit, steadiness, 40)
  store<f64>(fit, lowOffset, 48)
  store<f64>(fit, load<f64>(base, REFIT), 56)
  return highPower > LEAST_POWER && steadiness > LEAST_STEADINESS && purity > LEAST_PURITY
}

export function strongest(base: usize, group: i32): i32 {
  let best = group
  for (let f = group + 1; f < group + 4; f++) {
    if (load<f64>(base + ENERGIES + (<usize>f << 3)) > load<f64>(base + ENERGIES + (<usize>best << 3))) best = f
  }
  return best
}

function underneath(base: usize, first: i32, strong: i32, group: i32): i32 {
  const sine = base + SINES + (group === 4 ? 16 : 0)
  for (let f = group; f < group + 4; f++) {
    separate(base, first, min(f, strong), max(f, strong))
    let energy: f64 = 0
    for (let b: usize = 0; b < 96; b += 32) {
      const re = load<f64>(sine + b)
      const im = load<f64>(sine + b, 8)
      energy += re * re + im * im
    }
    store<f64>(base + ENERGIES + (<usize>f << 3), energy)
  }
  return strongest(base, group)
}

function separate(base: usize, first: i32, low: i32, high: i32): void {
  for (let b = 0; b < 3; b++) unmix(base, first + b * 3, low, high, b)
}

function unmix(base: usize, first: i32, low: i32, high: i32, b: i32): void {
  const l = <usize>low << 3
  const h = <usize>high << 3
  const table = CORRELATIONS + (<usize>(low * 4 + high - 4) << 5)
  const turn = TURNS + <usize>(max(0, first) % 500) * 128
  const lowRe = load<f64>(turn + l)
  const lowIm = load<f64>(turn + l, 64)
  const highRe = load<f64>(turn + h)
  const highIm = load<f64>(turn + h, 64)
  const tr = (lowRe * highRe + lowIm * highIm) * TURN_SQUARE
  const ti = (lowIm * highRe - lowRe * highIm) * TURN_SQUARE
  const cr = load<f64>(table) * tr - load<f64>(table, 8) * ti
  const ci = load<f64>(table) * ti + load<f64>(table, 8) * tr
  const scale = load<f64>(table, 16)
  const block = base + SCRATCH + <usize>b * 128
  const lr = load<f64>(block + l)
  const li = load<f64>(block + l, 64)
  const hr = load<f64>(block + h)
  const hi = load<f64>(block + h, 64)
  const to = base + SINES + <usize>b * 32
  store<f64>(to, (lr - (cr * hr - ci * hi)) * scale)
  store<f64>(to, (li - (cr * hi + ci * hr)) * scale, 8)
  store<f64>(to, (hr - (cr * lr + ci * li)) * scale, 16)
  store<f64>(to, (hi - (cr * li - ci * lr)) * scale, 24)
}

function refit(base: usize, sine: usize): f64 {
  const at = base + SINES + sine
  const ar = load<f64>(at)
  const ai = load<f64>(at, 8)
  const br = load<f64>(at, 32)
  const bi = load<f64>(at, 40)
  const dr = load<f64>(at, 64)
  const di = load<f64>(at, 72)
  const advanceRe = br * ar + bi * ai + dr * br + di * bi
  const advanceIm = bi * ar - br * ai + di * br - dr * bi
  const size = Math.sqrt(advanceRe * advanceRe + advanceIm * advanceIm)
  const ea = ar * ar + ai * ai
  const eb = br * br + bi * bi
  const ed = dr * dr + di * di
  const most = max(ea, max(eb, ed))
  store<f64>(base, 0, REFIT)
  store<f64>(base, 0, REFIT + 8)
  if (size === 0 || most === 0) return 0
  const ur = advanceRe / size
  const ui = advanceIm / size
  const sumRe = ar * ur - ai * ui + br + dr * ur + di * ui
  const sumIm = ar * ui + ai * ur + bi + di * ur - dr * ui
  const phase = angle(ur, ui)
  store<f64>(base, (phase * 8_000) / (2 * Math.PI * 48), REFIT)
  store<f64>(base, min(ea, min(eb, ed)) / most, REFIT + 8)
  const p = phase * phase
  const loss = 1 - p / 12 + (p * p) / 360 - (p * p * p) / 20_160
  return (2 * (sumRe * sumRe + sumIm * sumIm)) / (9 * 48 * 48 * max(loss, 0.5))
}

function angle(re: f64, im: f64): f64 {
  const x = Math.abs(re)
  const y = Math.abs(im)
  const a = min(x, y) / max(x, y)
  const s = a * a
  let r = ((-0.0464964749 * s + 0.15931422) * s - 0.327622764) * s * a + a
  if (y > x) r = Math.PI / 2 - r
  if (re < 0) r = Math.PI - r
  return im < 0 ? -r : r
}
