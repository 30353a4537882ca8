/** Under which address callers reach this server. */
import type { AppContext } from '../app'

/** @returns as `https://api.example`: the one that the settings name, else the one that was asked at */
export function originOf(c: AppContext): string {
  return c.var.services.publicOrigin ?? new URL(c.req.url).origin
}
