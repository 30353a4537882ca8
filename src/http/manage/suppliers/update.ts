/** `PATCH /v1/suppliers/{id}` */
import { createRoute } from '@hono/zod-openapi'
import { supplierPatchSchema, supplierSchema, supplierSettingsSchema } from '../../../contracts/supplier'
import type { App } from '../../app'
import { readChecked } from '../../plumbing/field-errors'
import { json } from '../../plumbing/reply'
import { changeRow, newChange } from '../changes'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { supplierParams, supplierWire } from './wire'

const route = createRoute({
  method: 'patch',
  path: '/v1/suppliers/{id}',
  operationId: 'updateSupplier',
  summary: 'Change members of a supplier; lists are replaced as a whole',
  tags: ['Suppliers'],
  request: { params: supplierParams, body: jsonBody(supplierPatchSchema) },
  responses: {
    200: jsonAnswer('The supplier', supplierSchema),
    ...problems(...BODY_PROBLEMS, 'not_found', 'conflict'),
  },
})

export function registerUpdateSupplier(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const { suppliers } = storesOf(c)
    const id = pathId(c, 'id')
    const patch = await readChecked(c, supplierPatchSchema)
    if (patch instanceof Response) return patch
    const row = await changeRow(c, {
      schema: supplierSettingsSchema,
      patch,
      read: () => suppliers.read(id),
      update: (known, settings) => suppliers.update(known, settings, newChange(c)),
    })
    return row instanceof Response ? row : json(c, 200, supplierWire(row))
  })
}
