/** Life after life: start, load, SIGKILL at a random moment, the next on the same state. */
import { setTimeout as sleep } from 'node:timers/promises'
import { liveUntilKilled } from './load/life.ts'
import type { TortureOptions } from './options.ts'
import { Client } from './served/client.ts'
import { Server, type ServerRequest } from './served/server.ts'
import type { World } from './world.ts'

const SHORTEST_LIFE_MS = 50
const LONGEST_LIFE_MS = 1_500
/** Of the kills, those that come before the server is ready. */
const STARTING_SHARE = 0.12
const SAY_EVERY = 25

export interface Lives {
  readonly kills: number
  readonly killsWhileStarting: number
  /** From launch to ready, in ms, one a life that got there. */
  readonly startsMs: readonly number[]
}

/** @returns what the kills were; the last of them has left no server */
export async function killAgainAndAgain(world: World, options: TortureOptions, served: ServerRequest): Promise<Lives> {
  const random = world.chanceOf(1)
  const startsMs: number[] = []
  let killsWhileStarting = 0
  const began = performance.now()
  for (let kills = 1; kills <= options.kills; kills++) {
    const server = Server.launch(served)
    const startMs = startsMs.at(-1) ?? LONGEST_LIFE_MS
    if (random.chance(STARTING_SHARE)) {
      await Promise.race([sleep(SHORTEST_LIFE_MS + random.below(startMs)), server.url().catch(() => undefined)])
      await server.kill()
      killsWhileStarting += 1
      world.journal.write('kills', { kill: kills, starting: true })
    } else {
      startsMs.push(await liveOnce(world, server, { kill: kills, random, gapMs: gapOf(options) }))
    }
    if (kills % SAY_EVERY === 0 || kills === options.kills) say(world, { kills, startsMs, began })
  }
  return { kills: options.kills, killsWhileStarting, startsMs }
}

/** New leads come at this pace, so that all lives together are sent what was asked for. */
function gapOf({ leadsPerLife }: TortureOptions): number {
  return ((SHORTEST_LIFE_MS + LONGEST_LIFE_MS) / 2) * ((1 - STARTING_SHARE) / leadsPerLife)
}

interface Life {
  readonly kill: number
  readonly random: ReturnType<World['chanceOf']>
  readonly gapMs: number
}

/** @returns how long the start took, in ms */
async function liveOnce(world: World, server: Server, { kill, random, gapMs }: Life): Promise<number> {
  const launchedAt = performance.now()
  const client = new Client(await server.url())
  const startMs = Math.round(performance.now() - launchedAt)
  const lengthMs = SHORTEST_LIFE_MS + random.below(LONGEST_LIFE_MS - SHORTEST_LIFE_MS)
  const { clients, supplier, resolver } = world
  const { rest } = await liveUntilKilled({ random, clients, supplier, resolver }, { client, lengthMs, gapMs })
  await server.kill()
  client.close()
  await rest
  world.journal.write('kills', { kill, startMs, lengthMs, takes: world.takes.takes.length })
  return startMs
}

interface Progress {
  readonly kills: number
  readonly startsMs: readonly number[]
  readonly began: number
}

function say({ clients, takes, resolver }: World, { kills, startsMs, began }: Progress): void {
  const seconds = (performance.now() - began) / 1_000
  const recent = startsMs.slice(-SAY_EVERY)
  const startMs = Math.round(recent.reduce((sum, ms) => sum + ms, 0) / Math.max(1, recent.length))
  const { sold, not_sold } = resolver.resolved
  console.log(
    `${kills} kills, ${(seconds / kills).toFixed(2)} s each (start ${startMs} ms): ${clients.leads.length} leads sent, ` +
      `${clients.acknowledged.length} acknowledged, ${takes.takes.length} taken, ${sold + not_sold} resolved by hand` +
      (clients.unexpected.length > 0 ? `, ${clients.unexpected.length} ANSWERS THAT SHOULD NOT BE` : ''),
  )
}
