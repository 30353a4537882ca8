/** `/docs`: the API reference, drawn in the browser from /openapi.json by a script of our own host. */
import { html, raw } from 'hono/html'

const SETTINGS = {
  url: '/openapi.json',
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
  mcp: { disabled: true },
  persistAuth: false,
}

/**
 * @param scriptPath where the reference's script is served
 * @param nonce what the page's content security policy lets run
 */
export async function referencePage(scriptPath: string, nonce: string): Promise<string> {
  const start = `Scalar.createApiReference('#reference', ${JSON.stringify(SETTINGS)})`
  return String(
    await html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>Gavel API reference</title>
          <link rel="icon" href="data:," />
        </head>
        <body>
          <div id="reference"></div>
          <noscript>The reference needs JavaScript. The same in one document: <a href="/openapi.json">/openapi.json</a></noscript>
          <script src="${scriptPath}"></script>
          <script nonce="${nonce}">${raw(start)}</script>
        </body>
      </html>`,
  )
}
