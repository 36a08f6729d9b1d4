import { Command, Option } from 'commander'
import { systemClock } from '../base/clock.ts'
import { formatMoney } from '../base/money.ts'
import { type DemoResult, runDemo } from '../demo/demo.ts'
import { demoCard, demoCardNames } from '../demo/demo-cards.ts'

type Options = { readonly card: string; readonly json?: boolean; readonly keepAudio?: string }

export function demoCommand(): Command {
  return new Command('demo')
    .description('one simulated call from ring to receipt, with real audio, on a platform of its own')
    .addOption(new Option('--card <name>', 'test card').choices(demoCardNames).default('visa'))
    .option('--json', 'print the result as JSON')
    .option('--keep-audio <dir>', 'write both legs as WAV into this folder')
    .action(async ({ card, json, keepAudio }: Options) => {
      const tell = json ? () => {} : (line: string) => console.log(line)
      const result = await runDemo({
        card: demoCard(card, systemClock.now()),
        keepAudio: keepAudio ?? null,
        tell,
      })
      console.log(json ? JSON.stringify(result, null, 2) : story(result))
      if (result.broken.length > 0) process.exitCode = 1
    })
}

function story(result: DemoResult): string {
  const last = result.webhooks.at(-1)?.event
  return [
    '',
    `  keyed by the caller                ${result.digitsKeyed} digits`,
    `  read from the caller's own audio   ${result.digitsRecoveredFromCallerLeg}   (the attacker works)`,
    `  read from the agent's audio        ${result.digitsRecoveredFromAgentLeg}`,
    `  outcome                            ${result.outcome}`,
    ...result.ledger.map(
      (line) =>
        `  gateway's ledger                   ${line.kind} ${line.outcome}, ${formatMoney({ amountMinor: line.amount, currency: line.currency })}, ${line.brand} ending ${line.last4}`,
    ),
    `  webhook, signature verified        ${last ? `${last.type} for ${last.data.reference}, ${last.data.brand ?? 'card'} ending ${last.data.last4}` : 'none'}`,
    ...receiptLines(result),
    `  CRM, found by the caller's number  ${result.crm.map(({ contact, subject }) => `${contact}: ${subject}`).join('; ') || 'nothing'}`,
    `  books                              ${result.books.map(({ invoice, amount }) => `${amount.toFixed(2)} paid on invoice ${invoice}`).join('; ') || 'nothing'}`,
    `  time                               ${result.seconds} s`,
    '',
    result.broken.length === 0
      ? 'Everything held.'
      : result.broken.map((complaint) => `BROKEN: ${complaint}`).join('\n'),
  ].join('\n')
}

/** The receipt as the caller reads it, without the blank lines. */
function receiptLines({ receipt }: DemoResult): string[] {
  if (receipt === null) return ['  receipt                            none']
  const lines = receipt.text.split('\n').filter((line) => line.trim() !== '')
  return [
    `  receipt to ${receipt.to.padEnd(23)} ${receipt.subject}`,
    ...lines.map((line) => `${' '.repeat(37)}${line}`),
  ]
}
