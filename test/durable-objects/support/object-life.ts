import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test'

interface WithAlarm {
  alarm?(): void | Promise<void>
}

/**
 * A Durable Object of a class under test, in real storage, made by the test with the services it chooses. It can be killed
 * at any moment: what it had in memory is then gone for good, as after a deploy.
 */
export class ObjectLife<T extends WithAlarm> {
  readonly #namespace: DurableObjectNamespace
  readonly #id: DurableObjectId
  readonly #create: (state: DurableObjectState) => T
  #object: T | null = null
  /** When the alarm was set for that is being answered. */
  #ringing: number | null = null

  /** @param create makes the object: once at first, and once after each crash */
  constructor(namespace: DurableObjectNamespace, id: DurableObjectId, create: (state: DurableObjectState) => T) {
    this.#namespace = namespace
    this.#id = id
    this.#create = create
  }

  run<R>(act: (object: T, state: DurableObjectState) => R | Promise<R>): Promise<R> {
    return runInDurableObject(this.#namespace.get(this.#id), (_, state) => {
      this.#object ??= this.#create(state)
      return act(this.#object, state)
    })
  }

  /**
   * Kills every object, with all that runs in it. The next call begins a new life from what was stored. An alarm that was
   * ringing comes again, as the platform has it.
   */
  async crash(): Promise<void> {
    this.#object = null
    await abortAllDurableObjects()
    const ringing = this.#ringing
    this.#ringing = null
    if (ringing === null) return
    await runInDurableObject(this.#namespace.get(this.#id), (_, { storage }) => storage.setAlarm(ringing))
  }

  /** @returns when the alarm is set for, or null where none is */
  alarmAt(): Promise<number | null> {
    return this.run((_, { storage }) => storage.getAlarm())
  }

  /** Lets the alarm ring now, whenever it is set for. @throws where none is set */
  async ring(): Promise<void> {
    await this.run(async (object, { storage }) => {
      this.#ringing = await storage.getAlarm()
      if (this.#ringing === null) throw new Error('no alarm is set')
      await storage.deleteAlarm()
      await object.alarm?.()
      this.#ringing = null
    })
  }
}
