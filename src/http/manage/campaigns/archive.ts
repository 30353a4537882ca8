/** `DELETE /v1/campaigns/{id}`: leads refer to it, so that it stays readable; it takes no more of them. */
import { createRoute } from '@hono/zod-openapi'
import type { App } from '../../app'
import { noContent, problem } from '../../plumbing/reply'
import { newChange, publish } from '../changes'
import { operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { campaignParams } from './wire'

const route = createRoute({
  method: 'delete',
  path: '/v1/campaigns/{id}',
  operationId: 'archiveCampaign',
  summary: 'Archive a campaign',
  tags: ['Campaigns'],
  request: { params: campaignParams },
  responses: { 204: { description: 'It is archived' }, ...problems('not_found') },
})

export function registerArchiveCampaign(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const { campaigns } = storesOf(c)
    const id = pathId(c, 'id')
    const row = await campaigns.read(id)
    if (row === null) return problem(c, 'not_found')
    if (row.archivedAt === null) await publish(c, await campaigns.archive(id, newChange(c)))
    return noContent(c)
  })
}
