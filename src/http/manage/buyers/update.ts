/** `PATCH /v1/buyers/{id}` */
import { createRoute } from '@hono/zod-openapi'
import { buyerPatchSchema, buyerSchema, buyerSettingsSchema } from '../../../contracts/buyer'
import type { App } from '../../app'
import { readChecked } from '../../plumbing/field-errors'
import { json } from '../../plumbing/reply'
import { changeRow, newChange } from '../changes'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { buyerParams, buyerWire } from './wire'

const route = createRoute({
  method: 'patch',
  path: '/v1/buyers/{id}',
  operationId: 'updateBuyer',
  summary: 'Change members of a buyer; lists are replaced as a whole',
  tags: ['Buyers'],
  request: { params: buyerParams, body: jsonBody(buyerPatchSchema) },
  responses: { 200: jsonAnswer('The buyer', buyerSchema), ...problems(...BODY_PROBLEMS, 'not_found', 'conflict') },
})

export function registerUpdateBuyer(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const { buyers } = storesOf(c)
    const id = pathId(c, 'id')
    const patch = await readChecked(c, buyerPatchSchema)
    if (patch instanceof Response) return patch
    const row = await changeRow(c, {
      schema: buyerSettingsSchema,
      patch,
      read: () => buyers.read(id),
      update: (known, settings) => buyers.update(known, settings, newChange(c)),
    })
    return row instanceof Response ? row : json(c, 200, buyerWire(row))
  })
}
