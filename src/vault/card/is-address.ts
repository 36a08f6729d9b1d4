/**
 * Whether the host of a URL, as `new URL` gives it (WHATWG, so normalised), is an IP address: in brackets, or with a last label that
 * begins with a digit, which no domain's does. `net.isIP` compiles a regular expression of some thousand characters for this.
 */
export function isAddress(hostname: string): boolean {
  const first = hostname.charCodeAt(hostname.lastIndexOf('.') + 1)
  return hostname.startsWith('[') || (first >= 0x30 && first <= 0x39)
}
