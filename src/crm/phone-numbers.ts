import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js'

/**
 * A caller's number in the spellings under which people store it: E.164, national and international with spaces,
 * national without. Empty when it is no number: a withheld one, or an extension.
 *
 * @param country ISO 3166-1 alpha-2, for numbers without a country code
 */
export function spellingsOf(number: string, country: string): string[] {
  const home: CountryCode | undefined = isSupportedCountry(country) ? country : undefined
  const parsed = parsePhoneNumberFromString(number, home ? { defaultCountry: home } : undefined)
  if (!parsed?.isPossible()) return []
  const national = parsed.formatNational()
  return [...new Set([parsed.number, national, parsed.formatInternational(), national.replace(/\D/g, '')])]
}
