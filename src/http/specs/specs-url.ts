/** Where specs pages are. */
import type { AppContext } from '../app'
import { originOf } from '../plumbing/origin'

/** @returns the page's address, or null while the link has none */
export async function specsUrl(
  c: AppContext,
  link: { readonly campaignId: string; readonly supplierId: string; readonly specsNonce: string | null },
): Promise<string | null> {
  if (link.specsNonce === null) return null
  const token = await c.var.services.shareTokens.sign(link.campaignId, link.supplierId, link.specsNonce)
  return `${originOf(c)}/api-specs/${token}`
}
