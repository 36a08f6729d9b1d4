import { formatMoney, type Money } from '../../base/money.ts'

export type LinkMessage = {
  readonly merchant: string
  readonly money: Money
  readonly reference: string
  readonly url: string
  readonly locale: string
}

type Words = {
  /** `{merchant}`, `{amount}`, `{reference}` and `{url}` are put in. */
  readonly text: string
  readonly subject: string
}

const words: Readonly<Record<string, Words>> = {
  en: {
    subject: 'Pay {amount} to {merchant}',
    text: '{merchant}: please pay {amount} for {reference} here: {url} The address is for you alone.',
  },
  de: {
    subject: '{amount} an {merchant} zahlen',
    text: '{merchant}: Bitte zahlen Sie {amount} für {reference} hier: {url} Die Adresse ist nur für Sie.',
  },
  es: {
    subject: 'Pagar {amount} a {merchant}',
    text: '{merchant}: pague {amount} de {reference} aquí: {url} La dirección es solo para usted.',
  },
  fr: {
    subject: 'Payer {amount} à {merchant}',
    text: '{merchant} : veuillez payer {amount} pour {reference} ici : {url} Cette adresse est pour vous seul.',
  },
  it: {
    subject: 'Paga {amount} a {merchant}',
    text: '{merchant}: paghi {amount} per {reference} qui: {url} L’indirizzo è solo per Lei.',
  },
  nl: {
    subject: 'Betaal {amount} aan {merchant}',
    text: '{merchant}: betaal {amount} voor {reference} hier: {url} Dit adres is alleen voor u.',
  },
  pl: {
    subject: 'Zapłać {amount} na rzecz {merchant}',
    text: '{merchant}: prosimy zapłacić {amount} za {reference} tutaj: {url} Ten adres jest tylko dla Pani/Pana.',
  },
}

/** What the caller reads, in their language; English where there are no words for it. */
export function linkMessage({ merchant, money, reference, url, locale }: LinkMessage) {
  const found = words[locale.split('-')[0] ?? 'en'] ?? (words.en as Words)
  const values: Readonly<Record<string, string>> = { merchant, amount: formatMoney(money), reference, url }
  const filled = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
  return { subject: filled(found.subject), text: filled(found.text) }
}

/** `+44•••••••123`, `c•••@example.com`: enough for the agent to know it again. */
export function hiddenAddress(address: string): string {
  const at = address.indexOf('@')
  if (at > 0) return `${address.slice(0, 1)}•••${address.slice(at)}`
  return `${address.slice(0, 3)}${'•'.repeat(Math.max(address.length - 6, 0))}${address.slice(-3)}`
}
