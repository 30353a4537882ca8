/** Has the index of the caller's tenant built anew. What it is built from is committed already, so that no failure here counts. */
import type { AppContext } from '../../app'

export async function buildIndex(c: AppContext): Promise<void> {
  const { principal, requestId, services } = c.var
  try {
    await services.buildSuppressionIndex(principal.tenantId)
  } catch (error) {
    const name = error instanceof Error ? error.name : ''
    console.error(JSON.stringify({ event: 'suppression_wake_failed', requestId, error: name }))
  }
}
