import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

/** Relative luminance of `#rgb` or `#rrggbb` (WCAG 2.2). */
function luminance(colour: string): number {
  const digits =
    colour.length === 4 ? [...colour.slice(1)].map((digit) => digit + digit).join('') : colour.slice(1)
  const [red = 0, green = 0, blue = 0] = [0, 2, 4]
    .map((at) => Number.parseInt(digits.slice(at, at + 2), 16) / 255)
    .map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

/** The palettes of a page: light, and dark over it. */
function palettes(file: string): Record<'light' | 'dark', Map<string, string>> {
  const css = readFileSync(path.resolve(import.meta.dirname, '../../src', file), 'utf8')
  const [first = '', second = ''] = css.split('@media (prefers-color-scheme: dark)')
  const read = (text: string) =>
    [...text.matchAll(/--([a-z-]+):\s*(#[0-9a-f]{3,6})\b/g)].map(
      (match) => [match[1] ?? '', match[2] ?? ''] as const,
    )
  return { light: new Map(read(first)), dark: new Map([...read(first), ...read(second)]) }
}

const pages = {
  'desk/page.css': {
    text: [
      ...['paper', 'surface', 'sunken'].flatMap((under) => [
        ['ink', under],
        ['ink-soft', under],
        ['lost', under],
      ]),
      ...['secured', 'waiting', 'lost', 'calm'].flatMap((tone) => [
        [tone, `${tone}-wash`],
        ['ink', `${tone}-wash`],
      ]),
      ['secured', 'surface'],
      ['accent-strong', 'surface'],
      ['on-accent', 'accent'],
      ['on-accent', 'accent-strong'],
    ],
    shapes: [
      ['line-strong', 'surface'],
      ['focus', 'surface'],
      ['focus', 'paper'],
      ['accent', 'paper'],
      ['waiting', 'paper'],
    ],
  },
  'simulator/browser/page.css': {
    text: [
      ['ink', 'paper'],
      ['ink', 'surface'],
      ['ink', 'sunken'],
      ['ink-soft', 'surface'],
      ['ink-soft', 'sunken'],
      ['on-accent', 'accent'],
      ['on-call', 'call'],
      ['on-hang-up', 'hang-up'],
    ],
    shapes: [
      ['line-strong', 'surface'],
      ['focus', 'surface'],
    ],
  },
}

for (const [file, { text, shapes }] of Object.entries(pages)) {
  describe(`the colours of ${file}`, () => {
    for (const [scheme, palette] of Object.entries(palettes(file))) {
      const ratio = ([over, under]: string[]) =>
        contrast(palette.get(over ?? '') ?? '', palette.get(under ?? '') ?? '')
      it(`can be read: 4.5 to 1 for text (${scheme})`, () => {
        for (const pair of text) expect(ratio(pair), pair.join(' on ')).toBeGreaterThanOrEqual(4.5)
      })
      it(`can be seen: 3 to 1 for borders, marks and focus (${scheme})`, () => {
        for (const pair of shapes) expect(ratio(pair), pair.join(' on ')).toBeGreaterThanOrEqual(3)
      })
    }
  })
}
