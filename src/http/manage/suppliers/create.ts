/** `POST /v1/suppliers`: the only answer that shows the supplier's key. */
import { createRoute } from '@hono/zod-openapi'
import { SUPPLIER_SCOPES } from '../../../contracts/api-key'
import { newSupplierSchema, supplierSettingsSchema } from '../../../contracts/supplier'
import { createApiKey } from '../../../security/api-keys'
import type { App } from '../../app'
import { readChecked } from '../../plumbing/field-errors'
import { json } from '../../plumbing/reply'
import { newChange, publish } from '../changes'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, operatorEndpoint, problems, storesOf } from '../operator-endpoint'
import { supplierWire } from './wire'

const route = createRoute({
  method: 'post',
  path: '/v1/suppliers',
  operationId: 'createSupplier',
  summary: 'Create a supplier with its first API key, which is shown once',
  tags: ['Suppliers'],
  request: { body: jsonBody(supplierSettingsSchema) },
  responses: { 201: jsonAnswer('The supplier and its key', newSupplierSchema), ...problems(...BODY_PROBLEMS) },
})

export function registerCreateSupplier(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const settings = await readChecked(c, supplierSettingsSchema)
    if (settings instanceof Response) return settings
    const { newId } = c.var.services
    const stores = storesOf(c)
    const id = newId('sup')
    const { key, ...stored } = await createApiKey((await stores.tenant.read()).mode)
    const apiKey = {
      ...stored,
      id: newId('key'),
      role: 'supplier' as const,
      subjectId: id,
      scopes: SUPPLIER_SCOPES,
      expiresAt: null,
    }
    const { row, publishIds } = await stores.suppliers.create({ id, settings, apiKey }, newChange(c))
    await publish(c, publishIds)
    return json(c, 201, { ...supplierWire(row), api_key: key })
  })
}
