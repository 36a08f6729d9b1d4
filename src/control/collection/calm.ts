/**
 * So long after the last key, in ms, a mask stays on where a collection did not end with a card: the caller does not
 * know that the agent cancelled, a limit ran out or a process died, and keys on. Longer than the usual limit between
 * two digits.
 */
export const calmMs = 6_000
