import { beforeAll, describe, expect, test, vi } from 'vitest'
import { DB, type Management, SANDBOX_OPERATOR, SNAPSHOTS } from '../../support/management'
import {
  buildAll,
  builderWith,
  digest,
  listed,
  makeList,
  newEdge,
  startSuppression,
  upload,
} from '../../support/suppression'

/** A machine that is busy with other tests takes its time over thousands of entries. */
vi.setConfig({ testTimeout: 30_000 })

let management: Management
beforeAll(async () => {
  management = await startSuppression()
})

/** Uploads into a new list and publishes it. */
async function listOf(body: BodyInit, type?: string): Promise<string> {
  const id = await makeList(management)
  const { status, body: answer } = await upload(management, id, body, { type })
  expect([status, answer.rejected]).toEqual([202, 0])
  await buildAll(builderWith())
  return id
}

describe('entries', () => {
  test.each([
    ['text/csv', '5125550101\n(512) 555-0102\n+15125550103\n'],
    ['text/csv; charset=utf-8', 'Name,Phone\n"Garcia, Maria",512.555.0101\n,5125550102\nJo,1-512-555-0103\n'],
    ['application/x-ndjson', '"5125550101"\n{"phone":"+1 512 555 0102"}\n5125550103\n'],
    ['application/jsonl', '{"phone":5125550101}\r\n{"phone":"5125550102","note":{"a":1}}\r\n{"value":"5125550103"}'],
    ['application/json', '["5125550101", {"phone":"5125550102"}, 5125550103]'],
    ['application/json', '{"entries":["5125550101","5125550102","5125550103"]}'],
  ])('are taken as %s', async (type, body) => {
    const id = await listOf(body, type)
    for (const phone of ['5125550101', '+15125550102', '1 512 555 0103'])
      expect(await listed([id], { phone })).toEqual([id])
    expect(await listed([id], { phone: '5125550104' })).toEqual([])
  })

  test('match every spelling of a phone and of an email', async () => {
    const id = await listOf('phone,email\n5125550111,\n,Maria@Example.com \n+442079460958,\n')
    for (const phone of [
      '5125550111',
      '15125550111',
      '+15125550111',
      '(512) 555-0111',
      '442079460958',
      '+44 20 7946 0958',
    ]) {
      expect(await listed([id], { phone })).toEqual([id])
    }
    expect(await listed([id], { email: 'MARIA@example.COM' })).toEqual([id])
    expect(await listed([id], { phone: '5125550112', email: 'maria2@example.com' })).toEqual([])
  })

  test.each(['md5', 'sha1', 'sha256'] as const)('are matched as %s of any spelling', async (algorithm) => {
    const forms = ['5125550121', '15125550122', '+15125550123', '+442079460959']
    const lines = [...forms, 'maria@example.com'].map((text) => digest(algorithm, text))
    const id = await listOf(['hash', ...lines.map((line) => line.toUpperCase())].join('\n'))
    for (const phone of ['+15125550121', '512-555-0122', '5125550123', '442079460959']) {
      expect(await listed([id], { phone })).toEqual([id])
    }
    expect(await listed([id], { email: 'Maria@Example.com' })).toEqual([id])
    expect(await listed([id], { phone: '5125550124', email: 'other@example.com' })).toEqual([])
  })

  test('that are hashes of a stated type match that type alone', async () => {
    const id = await listOf(
      JSON.stringify([{ hash: digest('md5', '5125550131'), algorithm: 'md5', type: 'phone' }]),
      'application/json',
    )
    expect(await listed([id], { phone: '5125550131' })).toEqual([id])
    const { body } = await management.call('GET', `/v1/suppression-lists/${id}`)
    expect(body).toMatchObject({ kinds: ['md5_phone'], entries: 1, status: 'active' })
  })

  test('leave nothing behind that says whom they are about', async () => {
    const [phone, email, sha] = ['5125550141', 'secret.person@example.com', digest('sha256', '5125550142')]
    await listOf(`${phone}\n${email}\n${sha}\n`)
    const rows: unknown[] = []
    for (const table of ['pieces', 'changes', 'imports', 'indexes', 'lists']) {
      rows.push((await DB.prepare(`SELECT * FROM suppression_${table}`).all()).results)
    }
    let kept = JSON.stringify(rows)
    for (const { name } of (await SNAPSHOTS.list()).keys) kept += `${name} ${await SNAPSHOTS.get(name)}`
    for (const value of [phone, email, sha, digest('sha256', phone), digest('md5', email)]) {
      expect(kept).not.toContain(value)
      expect(kept).not.toContain(Buffer.from(value).toString('hex'))
    }
  })

  test('on several lists are on each of them, and only asked lists are told', async () => {
    const [first, second] = [await listOf('5125550151\n5125550152\n'), await listOf('5125550152\n5125550153\n')]
    const third = await listOf('5125550152\n')
    const edge = newEdge()
    expect(await listed([first, second], { phone: '5125550152' }, edge)).toEqual([first, second])
    expect(await listed([first, second], { phone: '5125550151' }, edge)).toEqual([first])
    expect(await listed([second, third], { phone: '5125550151' }, edge)).toEqual([])
    expect(await listed(['spl_unknown', '__proto__'], { phone: '5125550152' }, edge)).toEqual([])
  })

  test('are gone once they are removed, in every form where the value is named', async () => {
    const id = await listOf(`5125550161\n5125550162\n${digest('sha1', '+15125550161')}\n5125550163\n`)
    await upload(management, id, '"+15125550161"\n', { type: 'application/x-ndjson', method: 'DELETE' })
    const { body } = await upload(management, id, '5125550163\n', { query: 'mode=remove' })
    expect(body).toMatchObject({ mode: 'remove', received: 1, stored: 1, status: 'publishing' })
    await buildAll(builderWith())
    expect(await listed([id], { phone: '5125550161' })).toEqual([])
    expect(await listed([id], { phone: '5125550163' })).toEqual([])
    expect(await listed([id], { phone: '5125550162' })).toEqual([id])
    expect((await management.call('GET', `/v1/suppression-lists/${id}`)).body.entries).toBe(1)
    await upload(management, id, '5125550163\n')
    await buildAll(builderWith())
    expect(await listed([id], { phone: '5125550163' })).toEqual([id])
  })

  test('of a list that is archived suppress nobody', async () => {
    const [kept, dropped] = [await listOf('5125550171\n'), await listOf('5125550171\n')]
    expect((await management.call('DELETE', `/v1/suppression-lists/${dropped}`)).status).toBe(204)
    await buildAll(builderWith())
    expect(await listed([kept, dropped], { phone: '5125550171' })).toEqual([kept])
    const { body } = await management.call('GET', `/v1/suppression-lists/${dropped}`)
    expect(body).toMatchObject({ status: 'archived', entries: 0 })
    expect((await upload(management, dropped, '5125550172\n')).status).toBe(409)
    const [pieces] = (
      await DB.prepare(
        `SELECT count(*) AS n FROM suppression_pieces JOIN suppression_lists ON number = list_number
         AND suppression_lists.tenant_id = suppression_pieces.tenant_id WHERE id = ?`,
      )
        .bind(dropped)
        .all<{ n: number }>()
    ).results
    expect(pieces?.n).toBe(0)
  })
})

describe('a replacement', () => {
  test('is all that the list has, from the moment it is finished', async () => {
    const id = await listOf('5125550201\n5125550202\n')
    const started = await upload(management, id, '5125550202\n', { query: 'mode=replace&more=true' })
    expect(started.body).toMatchObject({ status: 'receiving', stored: 1, published: 0 })
    await buildAll(builderWith())
    expect(await listed([id], { phone: '5125550201' })).toEqual([id])

    const query = `mode=replace&import_id=${started.body.id}&after_line=1`
    const finished = await upload(management, id, '5125550203\n', { query })
    expect(finished.body).toMatchObject({ id: started.body.id, status: 'publishing', received: 2, stored: 2, lines: 2 })
    await buildAll(builderWith())
    expect(await listed([id], { phone: '5125550201' })).toEqual([])
    for (const phone of ['5125550202', '5125550203']) expect(await listed([id], { phone })).toEqual([id])
    expect((await management.call('GET', `/v1/suppression-lists/${id}`)).body.entries).toBe(2)
  })

  test('with nothing is refused: it is more likely a mistake', async () => {
    const id = await listOf('5125550211\n')
    expect((await upload(management, id, '[]', { type: 'application/json', query: 'mode=replace' })).status).toBe(400)
    const refused = await upload(management, id, 'nobody\n', { query: 'mode=replace' })
    expect([refused.status, refused.body.error]).toEqual([422, 'invalid_payload'])
    await buildAll(builderWith())
    expect(await listed([id], { phone: '5125550211' })).toEqual([id])
  })

  test('that nobody went on with is dropped after a day', async () => {
    const id = await listOf('5125550221\n')
    const { body } = await upload(management, id, '5125550222\n', { query: 'mode=replace&more=true' })
    await buildAll(builderWith())
    const day = 24 * 60 * 60 * 1_000
    const staged = `SELECT count(*) AS n FROM suppression_pieces JOIN suppression_imports USING (tenant_id, layer)
      WHERE suppression_imports.id = ?`
    const count = async () => DB.prepare(staged).bind(body.id).first('n')
    expect(await count()).toBe(1)
    await buildAll(builderWith({ now: () => Date.now() + day + 60_000 }))
    expect(await count()).toBe(0)
    expect(await listed([id], { phone: '5125550221' })).toEqual([id])
  })
})

describe('an import', () => {
  test('says which lines were not taken and why, and never what was in them', async () => {
    const id = await makeList(management)
    const csv = `phone,email\n5125550301,\nhunter2,\n,hunter2\n\n"broken,\n${'x'.repeat(5_000)},\n5125550302,a@b.example\n`
    const { status, body, headers } = await upload(management, id, csv)
    expect(status).toBe(202)
    expect(headers.get('location')).toBe(`/v1/suppression-lists/${id}/imports/${body.id}`)
    expect(body).toMatchObject({ format: 'csv', mode: 'add', list_id: id, received: 6, stored: 3, rejected: 3 })
    expect(body.rejected_lines).toEqual([
      { line: 3, reason: 'not_a_phone', message: expect.any(String) },
      { line: 4, reason: 'not_an_email', message: expect.any(String) },
      { line: 6, reason: 'too_long', message: expect.any(String) },
    ])
    expect(body.rejected_by_reason).toEqual({ not_a_phone: 1, not_an_email: 1, too_long: 1 })
    expect(JSON.stringify(body)).not.toMatch(/hunter2|5125550301|xxxx/)
  })

  test('can be polled until it is published', async () => {
    const id = await makeList(management)
    const { body: begun } = await upload(management, id, '5125550311\n5125550312\n5125550312\n')
    expect(begun).toMatchObject({ status: 'publishing', stored: 3, published: 0, finished_at: expect.any(String) })
    const path = `/v1/suppression-lists/${id}/imports`
    expect((await management.call('GET', `${path}/${begun.id}`)).body).toEqual(begun)
    await buildAll(builderWith())
    const { body: done } = await management.call('GET', `${path}/${begun.id}`)
    expect(done).toMatchObject({ status: 'published', stored: 3, published: 3, rejected: 0 })
    expect((await management.call('GET', path)).body).toEqual({ data: [done], next_cursor: null })
    expect((await management.call('GET', `/v1/suppression-lists/${id}`)).body).toMatchObject({
      entries: 2,
      kinds: ['phone'],
    })
  })

  test('comes in several bodies, which go on where the one before ended', async () => {
    const id = await makeList(management)
    const first = await upload(management, id, 'phone\n5125550321\nhunter2\n', { query: 'more=true' })
    expect(first.body).toMatchObject({ status: 'receiving', lines: 3, received: 2, stored: 1, finished_at: null })
    const next = (query: string) =>
      upload(management, id, '5125550322\nhunter2\n', { query: `import_id=${first.body.id}&${query}` })
    const wrong = await next('after_line=2')
    expect([wrong.status, wrong.body.message]).toEqual([409, 'The import goes on after line 3.'])
    const { body } = await next('after_line=3')
    expect(body).toMatchObject({ lines: 5, received: 4, stored: 2, status: 'publishing' })
    expect(body.rejected_lines.map(({ line }: { line: number }) => line)).toEqual([3, 5])
    expect((await next('after_line=5')).body.message).toBe('The import is finished.')
    await buildAll(builderWith())
    for (const phone of ['5125550321', '5125550322']) expect(await listed([id], { phone })).toEqual([id])
  })

  test('that breaks off keeps what it had, and is gone on with', async () => {
    const id = await makeList(management)
    const broken = await upload(management, id, '["5125550331","5125550332"', { type: 'application/json' })
    expect([broken.status, broken.body.error, broken.body.lines]).toEqual([400, 'malformed_body', 1])
    const path = `/v1/suppression-lists/${id}/imports/${broken.body.import_id}`
    expect((await management.call('GET', path)).body).toMatchObject({ status: 'interrupted', lines: 1 })
    const query = `import_id=${broken.body.import_id}&after_line=1`
    const { body } = await upload(management, id, '["5125550332"]', { type: 'application/json', query })
    expect(body).toMatchObject({ lines: 2, stored: 2, status: 'publishing' })
    await buildAll(builderWith())
    for (const phone of ['5125550331', '5125550332']) expect(await listed([id], { phone })).toEqual([id])
  })

  test('larger than one slice is stored whole, line by line', async () => {
    const id = await makeList(management)
    const count = 120_000
    const lines = Array.from({ length: count }, (_, index) => `613${String(index).padStart(7, '0')}`)
    lines[101_234] = 'hunter2'
    const { body } = await upload(management, id, lines.join('\n'))
    expect(body).toMatchObject({ lines: count, received: count, stored: count - 1, rejected: 1 })
    expect(body.rejected_lines[0].line).toBe(101_235)
    await buildAll(builderWith())
    expect((await management.call('GET', `/v1/suppression-lists/${id}`)).body.entries).toBe(count - 1)
    const edge = newEdge()
    for (const index of [0, 1, 49_999, 50_000, 100_000, count - 1]) {
      expect(await listed([id], { phone: lines[index] ?? '' }, edge)).toEqual([id])
    }
    for (let index = 0; index < 200; index++)
      expect(await listed([id], { phone: `614${String(index).padStart(7, '0')}` }, edge)).toEqual([])
  }, 60_000)

  test('is refused to a second writer, who loses nothing', async () => {
    const id = await makeList(management)
    const { body: begun } = await upload(management, id, '5125550341\n', { query: 'more=true' })
    const query = `import_id=${begun.id}&after_line=1`
    const both = await Promise.all([
      upload(management, id, '5125550342\n', { query }),
      upload(management, id, '5125550343\n', { query }),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual([202, 409])
    const { body } = await management.call('GET', `/v1/suppression-lists/${id}/imports/${begun.id}`)
    expect(body).toMatchObject({ lines: 2, stored: 2 })
  })

  test('belongs to its tenant', async () => {
    const id = await makeList(management)
    const { body } = await upload(management, id, '5125550351\n')
    const key = SANDBOX_OPERATOR
    for (const path of [`/v1/suppression-lists/${id}`, `/v1/suppression-lists/${id}/imports/${body.id}`]) {
      expect((await management.call('GET', path, undefined, { key })).status).toBe(404)
    }
    const theirs = await management.call('PUT', `/v1/suppression-lists/${id}/entries`, undefined, {
      key,
      raw: '1',
      headers: { 'content-type': 'text/csv' },
    })
    expect(theirs.status).toBe(404)
  })
})

describe('a body that cannot be read', () => {
  test.each<[string, BodyInit, string, number, string]>([
    ['no entries', '', 'text/csv', 400, 'malformed_body'],
    ['white space', ' \n\n', 'application/x-ndjson', 400, 'malformed_body'],
    ['columns without names', 'Maria,5125550100\n', 'text/csv', 400, 'malformed_body'],
    ['no array', '{"name":"x"}', 'application/json', 400, 'malformed_body'],
    ['a text', '"5125550100"', 'application/json', 400, 'malformed_body'],
    ['another type', '5125550100', 'text/plain', 415, 'unsupported_media_type'],
    ['a form', 'phone=5125550100', 'application/x-www-form-urlencoded', 415, 'unsupported_media_type'],
  ])('is refused: %s', async (_, body, type, status, error) => {
    const answer = await upload(management, await makeList(management), body, { type })
    expect([answer.status, answer.body.error]).toEqual([status, error])
  })

  test.each([
    ['mode=append', 'mode'],
    ['import_id=x', 'import_id'],
    ['after_line=-1', 'after_line'],
    ['more=maybe', 'more'],
  ])('nor is a query taken that is not as documented: %s', async (query, field) => {
    const answer = await upload(management, await makeList(management), '5125550100', { query })
    expect([answer.status, answer.body.field_errors?.[0]?.field]).toEqual([422, field])
  })

  test('of bytes that are no UTF-8 is rejected line by line', async () => {
    const id = await makeList(management)
    const { status, body } = await upload(
      management,
      id,
      new Uint8Array([0xff, 0xfe, 0x0a, ...new TextEncoder().encode('5125550361\n')]),
    )
    expect(status).toBe(202)
    expect(body).toMatchObject({ received: 2, stored: 1, rejected: 1 })
  })
})
