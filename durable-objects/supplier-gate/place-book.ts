/** Which isolate holds how many places for auctions of the supplier. What counts is stored before it is given out. */
import type { PlacesAnswer, PlacesQuestion } from '../../src/contracts/supplier-gate'
import {
  grantPlaces,
  PLACES_LIFE_MS,
  type Places,
  placesAfterRestart,
  placesToStore,
} from '../../src/core/limits/places'

const PLACES = 'places'

export class PlaceBook {
  readonly #kv: SyncKvStorage
  #stored: readonly Places[]
  /** Null until the first question after a start. */
  #held: readonly Places[] | null = null

  constructor(kv: SyncKvStorage) {
    this.#kv = kv
    this.#stored = kv.get<readonly Places[]>(PLACES) ?? []
  }

  ask({ holder, wanted, limit }: PlacesQuestion, now: number): PlacesAnswer {
    const { places, held } = grantPlaces(this.#held ?? placesAfterRestart(this.#stored, now), {
      holder,
      wanted,
      limit,
      now,
    })
    this.#held = held
    const store = placesToStore(this.#stored, held)
    if (store !== null) {
      this.#stored = store
      this.#kv.put(PLACES, store)
    }
    return { places, lifeMs: PLACES_LIFE_MS }
  }
}
