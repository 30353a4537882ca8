/** `PATCH /v1/suppression-lists/{id}` */
import { createRoute } from '@hono/zod-openapi'
import {
  suppressionListPatchSchema,
  suppressionListSchema,
  suppressionListSettingsSchema,
} from '../../../contracts/suppression-list'
import type { App } from '../../app'
import { readChecked } from '../../plumbing/field-errors'
import { json } from '../../plumbing/reply'
import { changeRow, newChange } from '../changes'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { suppressionListParams, suppressionListWire } from './wire'

const route = createRoute({
  method: 'patch',
  path: '/v1/suppression-lists/{id}',
  operationId: 'updateSuppressionList',
  summary: 'Change the name of a suppression list, or where it holds',
  tags: ['Suppression lists'],
  request: { params: suppressionListParams, body: jsonBody(suppressionListPatchSchema) },
  responses: {
    200: jsonAnswer('The list', suppressionListSchema),
    ...problems(...BODY_PROBLEMS, 'not_found', 'conflict'),
  },
})

export function registerUpdateSuppressionList(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const { suppressionLists } = storesOf(c)
    const id = pathId(c, 'id')
    const patch = await readChecked(c, suppressionListPatchSchema)
    if (patch instanceof Response) return patch
    const row = await changeRow(c, {
      schema: suppressionListSettingsSchema,
      patch,
      read: () => suppressionLists.read(id),
      update: (known, settings) => suppressionLists.update(known, settings, newChange(c)),
    })
    return row instanceof Response ? row : json(c, 200, suppressionListWire(await suppressionLists.entries())(row))
  })
}
