const longestLine = 4_096
const mostBytes = 2 * 1024 * 1024

type Mail = { readonly from: string; readonly to: readonly string[]; readonly raw: string }

export type SmtpDialogueOptions = {
  readonly say: (line: string) => void
  readonly end: () => void
  readonly onMail: (mail: Mail) => void
}

/**
 * The server's side of one SMTP conversation (RFC 5321): EHLO, MAIL, RCPT, DATA, RSET, NOOP, QUIT. Bytes come and go
 * as Latin-1 text, one character a byte.
 *
 *   greeted ──MAIL──▶ from ──RCPT──▶ to ──DATA──▶ reading ──.──▶ greeted
 */
export class SmtpDialogue {
  readonly #options: SmtpDialogueOptions
  #held = ''
  #from: string | undefined
  #to: string[] = []
  /** The message's lines so far; undefined while commands are read. */
  #lines: string[] | undefined
  #bytes = 0

  constructor(options: SmtpDialogueOptions) {
    this.#options = options
  }

  greet(): void {
    this.#options.say('220 sandbox.example ESMTP Tonewall sandbox')
  }

  hear(text: string): void {
    const lines = (this.#held + text).split('\r\n')
    this.#held = lines.pop() ?? ''
    if (this.#held.length > longestLine) {
      this.#options.say('500 5.5.2 line too long')
      this.#options.end()
      return
    }
    for (const line of lines) {
      if (this.#lines) this.#read(line, this.#lines)
      else this.#obey(line)
    }
  }

  #read(line: string, lines: string[]): void {
    if (line === '.') {
      const mail = { from: this.#from ?? '', to: this.#to, raw: `${lines.join('\r\n')}\r\n` }
      const kept = this.#bytes <= mostBytes
      if (kept) this.#options.onMail(mail)
      this.#reset()
      this.#options.say(kept ? '250 2.0.0 kept' : '552 5.3.4 too large')
      return
    }
    this.#bytes += line.length + 2
    // A dot in front was doubled on the way (§4.5.2). What is too large is read to its end, and not kept.
    if (this.#bytes <= mostBytes) lines.push(line.startsWith('.') ? line.slice(1) : line)
  }

  #obey(line: string): void {
    const answer = this.#answerTo(line)
    this.#options.say(answer)
    if (answer.startsWith('221')) this.#options.end()
  }

  #answerTo(line: string): string {
    const [, verb = '', rest = ''] = /^(\S+)\s*(.*)$/.exec(line) ?? []
    switch (verb.toUpperCase()) {
      case 'EHLO':
        this.#reset()
        return `250-sandbox.example\r\n250-8BITMIME\r\n250 SIZE ${mostBytes}`
      case 'HELO':
        this.#reset()
        return '250 sandbox.example'
      case 'MAIL':
        this.#from = addressIn(rest)
        return '250 2.1.0 ok'
      case 'RCPT':
        if (this.#from === undefined) return '503 5.5.1 MAIL first'
        this.#to.push(addressIn(rest))
        return '250 2.1.5 ok'
      case 'DATA':
        if (this.#to.length === 0) return '503 5.5.1 RCPT first'
        this.#lines = []
        return '354 end with a dot on a line by itself'
      case 'RSET':
        this.#reset()
        return '250 2.0.0 ok'
      case 'NOOP':
        return '250 2.0.0 ok'
      case 'QUIT':
        return '221 2.0.0 bye'
      default:
        return '502 5.5.2 not known here'
    }
  }

  #reset(): void {
    this.#from = undefined
    this.#to = []
    this.#lines = undefined
    this.#bytes = 0
  }
}

function addressIn(text: string): string {
  return /<([^>]*)>/.exec(text)?.[1] ?? ''
}
