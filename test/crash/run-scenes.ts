import { Lane, type LaneOptions, type RunResult } from './lane.ts'
import { Starved } from './patience.ts'
import { nameOf, type Scene } from './scene.ts'

export type RunScenes = {
  readonly scenes: readonly Scene[]
  readonly atATime: number
  readonly laneOptions: () => Promise<LaneOptions>
  readonly onResult: (result: RunResult) => void
  /** Hears of each failure at once, with all that is needed to repeat it. */
  readonly onComplaint: (complaint: string) => void
  readonly onStarved: (words: string) => void
}

export type Ran = { readonly results: RunResult[]; readonly starved: number; readonly lives: number }

/** A scene that nobody could judge is played again so often; then it is a complaint: it was not judged. */
const mostPlays = 4

type Waiting = { readonly scene: Scene; readonly plays: number }

/** Plays scenes, some at a time, each lane its own; a lane in which something went wrong is given up with its scene named. */
export async function runScenes(options: RunScenes): Promise<Ran> {
  const waiting: Waiting[] = options.scenes.map((scene) => ({ scene, plays: 1 }))
  const ran = { results: [] as RunResult[], starved: 0, lives: 0 }
  const work = async () => {
    let lane: Lane | undefined
    const leave = async (where: string) => {
      const left = lane
      lane = undefined
      ran.lives += left?.lives ?? 0
      const words = await left
        ?.close()
        .catch((error: unknown) => [`could not be closed: ${messageOf(error)}`])
      for (const complaint of words ?? []) options.onComplaint(`${where}: ${complaint}`)
    }
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { scene, plays } = next
      try {
        lane ??= await Lane.open(await options.laneOptions())
        const result = await lane.play(scene)
        ran.results.push(result)
        options.onResult(result)
      } catch (error) {
        await leave(nameOf(scene))
        if (error instanceof Starved && plays < mostPlays) {
          ran.starved++
          options.onStarved(`${nameOf(scene)}: ${error.message}`)
          waiting.push({ scene, plays: plays + 1 })
        } else {
          const what = error instanceof Starved ? 'could not be judged' : 'did not come to its end'
          options.onComplaint(`${nameOf(scene)}: ${what}: ${messageOf(error)}`)
        }
      }
    }
    await leave('the end of a lane')
  }
  await Promise.all(Array.from({ length: Math.min(options.scenes.length, options.atATime) }, work))
  return ran
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
