import { createInterface } from 'node:readline'
import { Command, Option } from 'commander'
import { FusedLeg } from '../dtmf/fuse.ts'
import { readTraceLine } from '../dtmf/trace.ts'
import { endWithReader, explain, openInput, wholeNumber } from './dtmf-files.ts'

type Options = { readonly pt: number; readonly codec: 'ulaw' | 'alaw' }

export function fuseCommand(): Command {
  return new Command('fuse')
    .description(
      'replay what a bridge received on one leg: each press once, and what would go to the agent while armed',
    )
    .argument('[file]', 'JSON lines in the order of arrival; - is standard input', '-')
    .option('--pt <number>', 'payload type of telephone events (RFC 4733)', wholeNumber(0, 127), 101)
    .addOption(
      new Option('--negotiated <answer>', 'were telephone events agreed on')
        .choices(['yes', 'no'])
        .default('yes'),
    )
    .addOption(new Option('--codec <codec>', 'the leg’s audio').choices(['ulaw', 'alaw']).default('ulaw'))
    .addHelpText(
      'after',
      `
Telephone events count and are kept from the agent whether or not they were agreed on: a sender that nobody asked
for them still means the key that it names.

Lines in:   {"t":ms,"kind":"rtp","seq":…,"ts":…,"ssrc":…,"m":0,"pt":0,"payload":"base64"}
            {"t":ms,"kind":"ws","msg":{…a message of Twilio Media Streams…}}
Lines out:  {"digit":"4","atMs":…}                          a press, at the arrival of what told of it first
            {"out":{"kind":"rtp","pt":0,"payload":"base64"}}  what goes to the agent`,
    )
    .action(async (file: string, { pt, codec }: Options) => {
      endWithReader()
      const leg = new FusedLeg({
        law: codec === 'alaw' ? 'alaw' : 'mulaw',
        eventPayloadType: pt,
        pressed: (digit, atMs) => console.log(JSON.stringify({ digit, atMs })),
        sent: ({ kind, pt, payload }) =>
          console.log(
            JSON.stringify({ out: { kind, pt, payload: Buffer.from(payload).toString('base64') } }),
          ),
      })
      try {
        let number = 0
        const input = openInput(file)
        const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
        const failed = new Promise<never>((_, reject) => input.once('error', reject))
        const read = (async () => {
          for await (const line of lines) {
            number++
            if (line.trim() !== '') leg.take(readTraceLine(line, number))
          }
        })()
        await Promise.race([read, failed])
        leg.end()
      } catch (error) {
        console.error(`tonewall dtmf fuse: ${explain(file, error)}`)
        process.exitCode = 2
      }
    })
}
