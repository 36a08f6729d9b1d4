/** The languages that callers are spoken to in (BCP 47). Data alone, so that a browser needs no schema for them. */
export const locales = ['en-GB', 'en-US', 'es-ES', 'fr-FR', 'de-DE', 'it-IT', 'nl-NL', 'pl-PL'] as const
