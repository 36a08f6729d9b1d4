/** Where a text that should hold nothing of a card held something. */
export type Finding = { readonly where: string; readonly what: string }

export type MarkedCard = { readonly pan: string; readonly csc: string; readonly expiry: string }

/** Digits of the PAN that anybody may know: BIN in front; the last four alone are shown, within a longer run not. */
const binDigits = 6
const windowDigits = 6

/**
 * Searches for the PAN with any single separators, for each window of six of its digits beyond the BIN, and for the CSC
 * standing by itself. A window inside a longer run of digits (a time stamp, say) counts only where the run goes on as
 * the PAN does: otherwise chance alone would find one now and then.
 */
export function searchText(text: string, card: MarkedCard, where: string): Finding[] {
  const findings: Finding[] = []
  const spaced = new RegExp([...card.pan].join('[ .\\-\\0]?'))
  if (spaced.test(text)) findings.push({ where, what: 'PAN' })
  for (let at = binDigits; at + windowDigits <= card.pan.length; at++) {
    const window = card.pan.slice(at, at + windowDigits)
    for (let hit = text.indexOf(window); hit >= 0; hit = text.indexOf(window, hit + 1)) {
      if (goesOnAsPan(text, hit, card.pan, at))
        findings.push({ where, what: `six digits of the PAN, from the ${at + 1}th` })
    }
  }
  if (new RegExp(`(?<![0-9A-Za-z.:+/-])${card.csc}(?![0-9A-Za-z.:+/-])`).test(text))
    findings.push({ where, what: 'CSC' })
  return findings
}

function goesOnAsPan(text: string, hit: number, pan: string, at: number): boolean {
  const before = text[hit - 1] ?? ''
  const after = text[hit + windowDigits] ?? ''
  const fits = (found: string, expected: string | undefined) => !/\d/.test(found) || found === expected
  return fits(before, pan[at - 1]) && fits(after, pan[at + windowDigits])
}

/** Each byte as one character, and again as UTF-16, so that nothing is missed for its encoding. */
export function searchBytes(bytes: Buffer, card: MarkedCard, where: string): Finding[] {
  const wide = [bytes.toString('utf16le'), bytes.subarray(1).toString('utf16le')]
  return [
    ...searchText(bytes.toString('latin1'), card, where),
    ...wide.flatMap((text) => searchText(text, card, `${where} (UTF-16)`)),
  ]
}
