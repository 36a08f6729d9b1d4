const prefix = 'flow:'

/** Who answers a call when nobody does: `flow:payment-line` is the flow of that name. Undefined for an agent's address. */
export function flowOfAddress(address: string): string | undefined {
  return address.startsWith(prefix) ? address.slice(prefix.length) : undefined
}

export function addressOfFlow(name: string): string {
  return `${prefix}${name}`
}
