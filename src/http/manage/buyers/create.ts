/** `POST /v1/buyers` */
import { createRoute } from '@hono/zod-openapi'
import { buyerSchema, buyerSettingsSchema } from '../../../contracts/buyer'
import type { App } from '../../app'
import { readChecked } from '../../plumbing/field-errors'
import { json } from '../../plumbing/reply'
import { newChange, publish } from '../changes'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, operatorEndpoint, problems, storesOf } from '../operator-endpoint'
import { buyerWire } from './wire'

const route = createRoute({
  method: 'post',
  path: '/v1/buyers',
  operationId: 'createBuyer',
  summary: 'Create a buyer',
  tags: ['Buyers'],
  request: { body: jsonBody(buyerSettingsSchema) },
  responses: { 201: jsonAnswer('The buyer', buyerSchema), ...problems(...BODY_PROBLEMS) },
})

export function registerCreateBuyer(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const settings = await readChecked(c, buyerSettingsSchema)
    if (settings instanceof Response) return settings
    const { row, publishIds } = await storesOf(c).buyers.create(c.var.services.newId('buy'), settings, newChange(c))
    await publish(c, publishIds)
    return json(c, 201, buyerWire(row))
  })
}
