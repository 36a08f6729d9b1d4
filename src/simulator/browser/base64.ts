/** Standard base64 of a frame, and back: what Media Streams carries audio in. */
export function toBase64(octets: Uint8Array): string {
  return btoa(String.fromCharCode(...octets))
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
