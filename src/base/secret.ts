const hidden = '[secret]'

/**
 * A value that cannot be printed by accident: string conversion, JSON, `console.log` and `util.inspect` show
 * `[secret]`. The one way to the value is `reveal()`, which is easy to search for.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  toString(): string {
    return hidden
  }

  toJSON(): string {
    return hidden
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return hidden
  }
}
