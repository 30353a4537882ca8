/**
 * Brings everything in the database under the present master key, a bounded number of values a run. What it cannot open it
 * leaves as it is and says so in the log: the older key is still needed, or was never given.
 *
 * A walk that changed something is followed by another: a Worker of the old configuration may have written meanwhile, behind
 * the place that the walk had come to. It ends with one that found nothing to do.
 */
import type {
  Change,
  KeyRotationStore,
  RotationProgress,
  SealedColumn,
  SealedValue,
} from '../stores/key-rotation-store'

export interface KeyRotationParts {
  /** The name of the key that seals; the first key an exchange has is without, and nothing was ever under another. */
  readonly kid: string
  readonly store: KeyRotationStore
  /** @returns the value under the present key, or null where it is already. @throws where it cannot be opened */
  readonly reseal: (column: SealedColumn, value: SealedValue) => Promise<string | null>
  readonly now: () => number
  /** Names and numbers only. */
  readonly log: (event: string, details: { readonly [name: string]: string | number }) => void
}

const VALUES_A_RUN = 1_000

const dataKey = (table: string, column: string): SealedColumn => {
  return { what: `${table}.${column}`, table, id: `${table}.id`, column, kind: 'data_key' }
}

const COLUMNS: readonly SealedColumn[] = [
  {
    what: 'buyer_contracts',
    table: 'buyer_contracts',
    id: 'buyer_contracts.id',
    column: 'sealed_secrets',
    kind: 'buyer-secrets',
  },
  {
    what: 'oauth_signing_keys',
    table: 'oauth_signing_keys',
    id: 'CAST(oauth_signing_keys.period AS TEXT)',
    column: 'sealed_private_key',
    kind: 'oauth-signing-key',
  },
  ...['sealed_secret', 'sealed_previous_secret'].map(
    (column): SealedColumn => ({
      what: `webhook_endpoints.${column}`,
      table: 'webhook_endpoints',
      id: 'webhook_endpoints.id',
      column,
      kind: 'webhook-secret',
    }),
  ),
  dataKey('audit_log', 'sealed_note_key'),
  dataKey('lead_feedback', 'sealed_note_key'),
  dataKey('lead_returns', 'sealed_note_key'),
  dataKey('leads', 'sealed_key'),
  dataKey('leads', 'details_key'),
]

const NOT_BEGUN: RotationProgress = { place: '', rewrapped: 0, finishedAt: null }

export class KeyRotation {
  readonly #parts: KeyRotationParts

  constructor(parts: KeyRotationParts) {
    this.#parts = parts
  }

  /** One step of the first column that is not finished. @returns how many values were brought under the present key */
  async run(): Promise<number> {
    const { kid, store } = this.#parts
    if (kid === '') return 0
    const progress = await store.progress(kid)
    const column = COLUMNS.find(({ what }) => (progress.get(what)?.finishedAt ?? null) === null)
    return column === undefined ? 0 : await this.#step(column, progress.get(column.what) ?? NOT_BEGUN)
  }

  async #step(column: SealedColumn, known: RotationProgress): Promise<number> {
    const { kid, store } = this.#parts
    const values = await store.page(column, known.place, VALUES_A_RUN)
    const changes = (await Promise.all(values.map((value) => this.#resealed(column, value)))).filter(
      (change) => change !== null,
    )
    const rewrapped = known.rewrapped + changes.length
    const last = values.at(-1)
    const progress =
      values.length === VALUES_A_RUN && last !== undefined
        ? { place: last.id, rewrapped, finishedAt: null }
        : this.#walked(column, rewrapped)
    await store.advance(kid, column, { changes, progress })
    return changes.length
  }

  /** A walk is over. @returns the end, or the beginning of the next walk, whose count is its own */
  #walked({ what }: SealedColumn, rewrapped: number): RotationProgress {
    if (rewrapped > 0) return NOT_BEGUN
    this.#parts.log('keys_rotated', { kid: this.#parts.kid, what })
    return { place: '', rewrapped: 0, finishedAt: new Date(this.#parts.now()).toISOString() }
  }

  async #resealed(column: SealedColumn, value: SealedValue): Promise<Change | null> {
    try {
      const to = await this.#parts.reseal(column, value)
      return to === null ? null : { id: value.id, from: value.sealed, to }
    } catch {
      this.#parts.log('key_not_rotated', { what: column.what, id: value.id })
      return null
    }
  }
}
