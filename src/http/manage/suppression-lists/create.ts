/** `POST /v1/suppression-lists` */
import { createRoute } from '@hono/zod-openapi'
import { suppressionListSchema, suppressionListSettingsSchema } from '../../../contracts/suppression-list'
import type { App } from '../../app'
import { readChecked } from '../../plumbing/field-errors'
import { json } from '../../plumbing/reply'
import { newChange, publish } from '../changes'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, operatorEndpoint, problems, storesOf } from '../operator-endpoint'
import { suppressionListWire } from './wire'

const route = createRoute({
  method: 'post',
  path: '/v1/suppression-lists',
  operationId: 'createSuppressionList',
  summary: 'Create a suppression list',
  tags: ['Suppression lists'],
  request: { body: jsonBody(suppressionListSettingsSchema) },
  responses: { 201: jsonAnswer('The list, empty', suppressionListSchema), ...problems(...BODY_PROBLEMS) },
})

export function registerCreateSuppressionList(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const settings = await readChecked(c, suppressionListSettingsSchema)
    if (settings instanceof Response) return settings
    const { suppressionLists } = storesOf(c)
    const { row, publishIds } = await suppressionLists.create(c.var.services.newId('spl'), settings, newChange(c))
    await publish(c, publishIds)
    return json(c, 201, suppressionListWire(new Map())(row))
  })
}
