import { describe, expect, test } from 'vitest'
import { RecordedLooks } from '../../../src/http/audit/looks'

const LOOK = {
  tenantId: 'live',
  by: { role: 'operator', id: 'key_1', requestId: 'req_1' },
  deed: { action: 'lead.read', targetKind: 'lead', targetId: 'ld_1' },
} as const

function looksWith(failures: number) {
  const recorded: unknown[] = []
  const logged: { event: string; entry: string | undefined }[] = []
  const work: Promise<unknown>[] = []
  let left = failures
  const looks = new RecordedLooks({
    now: () => 0,
    newId: (prefix) => `${prefix}_1`,
    sleep: async () => {},
    stores: () => ({
      auditLog: {
        record: async (...entry: unknown[]) => {
          if (left-- > 0) throw new TypeError('the database is away')
          recorded.push(entry)
        },
      } as never,
    }),
    keepAlive: (promise) => work.push(promise),
    log: (event, { entry }) => logged.push({ event, entry }),
  })
  return { looks, recorded, logged, settled: () => Promise.all(work) }
}

describe('a look at personal data', () => {
  test('is written behind the answer, and tried again under the same id where that fails', async () => {
    const { looks, recorded, logged, settled } = looksWith(3)
    looks.note(LOOK)
    expect(recorded).toEqual([])
    await settled()
    expect(recorded).toEqual([[{ id: 'aud_1', at: '1970-01-01T00:00:00.000Z', by: LOOK.by }, LOOK.deed]])
    expect(logged).toEqual([])
  })

  test('that cannot be written at all is said in the log, whole', async () => {
    const { looks, recorded, logged, settled } = looksWith(4)
    looks.note(LOOK)
    await settled()
    expect(recorded).toEqual([])
    expect(logged.map(({ event }) => event)).toEqual(['audit_failed'])
    expect(JSON.parse(logged[0]?.entry ?? '')).toMatchObject({ id: 'aud_1', by: LOOK.by, targetId: 'ld_1' })
  })
})
