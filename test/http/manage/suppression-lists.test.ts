import { beforeAll, describe, expect, test } from 'vitest'
import { CAMPAIGN, CONTRACT, make, SANDBOX_OPERATOR } from '../../support/management'
import { makeList, startSuppression, upload } from '../../support/suppression'

let management: Awaited<ReturnType<typeof startSuppression>>
beforeAll(async () => {
  management = await startSuppression()
})

describe('POST /v1/suppression-lists', () => {
  test('answers with an empty list, which holds where it is named', async () => {
    const { status, body } = await management.call('POST', '/v1/suppression-lists', { name: 'Do not call' })
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.stringMatching(/^spl_/),
      name: 'Do not call',
      scope: 'named',
      entries: 0,
      kinds: [],
      status: 'active',
      created_at: expect.any(String),
      updated_at: body.created_at,
    })
    expect((await management.call('GET', `/v1/suppression-lists/${body.id}`)).body).toEqual(body)
  })

  test.each<[object, string, string]>([
    [{}, 'name', 'missing_required'],
    [{ name: 'x', scope: 'everywhere' }, 'scope', 'invalid_value'],
    [{ name: 'x', entries: ['5125550100'] }, 'entries', 'unknown_field'],
  ])('refuses %o', async (body, field, code) => {
    const answer = await management.call('POST', '/v1/suppression-lists', body)
    expect(answer.status).toBe(422)
    expect(answer.body.field_errors).toEqual([{ field, code, expected: expect.any(String) }])
  })
})

describe('a list', () => {
  test('is listed, renamed and archived', async () => {
    const id = await makeList(management)
    const { body } = await management.call('PATCH', `/v1/suppression-lists/${id}`, { name: 'Litigators' })
    expect(body).toMatchObject({ id, name: 'Litigators', scope: 'named' })
    const ids = async () => {
      const { body: page } = await management.call('GET', '/v1/suppression-lists?limit=200')
      return page.data.map((list: { id: string }) => list.id)
    }
    expect(await ids()).toContain(id)
    expect((await management.call('DELETE', `/v1/suppression-lists/${id}`)).status).toBe(204)
    expect((await management.call('DELETE', `/v1/suppression-lists/${id}`)).status).toBe(204)
    expect(await ids()).not.toContain(id)
    expect((await management.call('GET', `/v1/suppression-lists/${id}`)).body.status).toBe('archived')
    expect((await management.call('PATCH', `/v1/suppression-lists/${id}`, { name: 'x' })).status).toBe(409)
  })

  test("is its tenant's own", async () => {
    const id = await makeList(management)
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const body = method === 'PATCH' ? { name: 'mine' } : undefined
      expect(
        (await management.call(method, `/v1/suppression-lists/${id}`, body, { key: SANDBOX_OPERATOR })).status,
      ).toBe(404)
    }
  })

  test('has its index built whenever its entries change', async () => {
    const id = await makeList(management)
    management.woken.length = 0
    await upload(management, id, '5125550100\n')
    expect(management.woken).toContain('live')
  })

  test('is not lost for a builder that cannot be woken', async () => {
    const broken = await startSuppression({
      buildSuppressionIndex: async () => {
        throw new Error('the object is away')
      },
    })
    const { status, body } = await upload(broken, await makeList(broken), '5125550100\n')
    expect([status, body.stored]).toEqual([202, 1])
  })
})

describe('a campaign and a contract', () => {
  test('name lists, which reach the edge with them', async () => {
    const [ofCampaign, ofContract] = [await makeList(management), await makeList(management)]
    const campaignId = await make(management, '/v1/campaigns', { ...CAMPAIGN, suppression_list_ids: [ofCampaign] })
    const buyerId = await make(management, '/v1/buyers', { name: 'Big Insurance' })
    const path = `/v1/campaigns/${campaignId}/buyers/${buyerId}`
    const { body } = await management.call('PUT', path, { ...CONTRACT, suppression_list_ids: [ofContract] })
    expect(body.suppression_list_ids).toEqual([ofContract])
    const snapshot = await management.reader.campaign(campaignId)
    expect(snapshot?.campaign.suppressionListIds).toEqual([ofCampaign])
    expect(snapshot?.contracts[0]?.terms.suppressionListIds).toEqual([ofContract])

    const patched = await management.call('PATCH', `/v1/campaigns/${campaignId}`, { suppression_list_ids: null })
    expect([patched.status, patched.body.suppression_list_ids]).toEqual([200, null])
    expect((await management.reader.campaign(campaignId))?.campaign).not.toHaveProperty('suppressionListIds')
  })

  test('name lists that are there: a slip of the pen would suppress nobody', async () => {
    const [gone, theirs] = [
      await makeList(management),
      await make(management, '/v1/suppression-lists', { name: 'x' }, SANDBOX_OPERATOR),
    ]
    await management.call('DELETE', `/v1/suppression-lists/${gone}`)
    const known = await makeList(management)
    const campaignId = await make(management, '/v1/campaigns', CAMPAIGN)
    const buyerId = await make(management, '/v1/buyers', { name: 'Big Insurance' })
    for (const unknown of ['spl_unknown', gone, theirs]) {
      const members = { suppression_list_ids: [known, unknown] }
      const refused = { field: 'suppression_list_ids.1', code: 'invalid_value', expected: 'id of a suppression list' }
      for (const answer of [
        await management.call('POST', '/v1/campaigns', { ...CAMPAIGN, ...members }),
        await management.call('PATCH', `/v1/campaigns/${campaignId}`, members),
        await management.call('PUT', `/v1/campaigns/${campaignId}/buyers/${buyerId}`, { ...CONTRACT, ...members }),
      ]) {
        expect([answer.status, answer.body.field_errors]).toEqual([422, [refused]])
      }
    }
  })

  test('are all under a list of all campaigns, as long as it is one', async () => {
    const campaignId = await make(management, '/v1/campaigns', CAMPAIGN)
    const listsAtEdge = async () => (await management.reader.campaign(campaignId))?.campaign.suppressionListIds
    const id = await makeList(management, { scope: 'all_campaigns' })
    expect(await listsAtEdge()).toEqual([id])
    const later = await make(management, '/v1/campaigns', CAMPAIGN)
    expect((await management.reader.campaign(later))?.campaign.suppressionListIds).toEqual([id])
    await management.call('PATCH', `/v1/suppression-lists/${id}`, { scope: 'named' })
    expect(await listsAtEdge()).toBeUndefined()
    await management.call('PATCH', `/v1/suppression-lists/${id}`, { scope: 'all_campaigns' })
    expect(await listsAtEdge()).toEqual([id])
    await management.call('DELETE', `/v1/suppression-lists/${id}`)
    expect(await listsAtEdge()).toBeUndefined()
  })
})
