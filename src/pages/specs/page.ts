/** The specs page for people: everything on one page, no login, no script needed but for the form. */
import { html, raw } from 'hono/html'
import type { ApiSpec } from '../../contracts/api-spec'
import { FORM_SCRIPT, pingForm } from './form'
import { snippetsOf } from './snippets'
import { STYLE } from './style'
import { requirementOf, SAFE_TO_REPEAT, SENDS_FOR_REAL, STATUS_WORDS, valuesOf } from './words'

type Markup = ReturnType<typeof html>

/** @param nonce what the page's content security policy lets run */
export async function specsPage(spec: ApiSpec, nonce: string): Promise<string> {
  const { campaign, supplier, samples, documents } = spec
  const ids = { flo_campaign_id: campaign.id, flo_supplier_id: supplier.id }
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="robots" content="noindex, nofollow" />
<title>${campaign.name}: API specs for ${supplier.name}</title>
<link rel="icon" href="data:," />
<style nonce="${nonce}">${raw(STYLE)}</style>
</head>
<body>
<header>
  <h1>${campaign.name}</h1>
  <p>How ${supplier.name} sends leads. <span class="soft">${campaign.vertical}${campaign.sub_vertical === null ? '' : `, ${campaign.sub_vertical}`}; paid in ${campaign.currency}${campaign.status === 'paused' ? '; paused at the moment' : ''}.</span></p>
  <p class="soft">Campaign <code>${campaign.id}</code>, supplier <code>${supplier.id}</code></p>
  <nav class="screen"><a href="#endpoints">Endpoints</a><a href="#fields">Fields</a><a href="#samples">Samples</a><a href="#programs">Programs</a>${samples.ping === null ? '' : html`<a href="#try">Test ping</a>`}<a href="#rejections">Rejections</a><a href="${documents.json}">JSON</a><a href="${documents.markdown}">Markdown</a></nav>
</header>
<h2 id="endpoints">Endpoints</h2>
${table(
  ['Call', 'What for'],
  spec.endpoints.map(({ method, url, purpose }) => [html`<code>${method} ${url}</code>`, purpose]),
)}
<p>Send the key in the header <code>x-api-key</code> and the body as JSON. ${spec.authentication.note}</p>
<p>${SAFE_TO_REPEAT}</p>
<h2 id="fields">Fields</h2>
${table(
  ['Field', 'Type', 'Required on', 'Values', 'Example'],
  spec.fields.map((field) => [
    html`<code>${field.name}</code>`,
    field.type,
    field.required_on === null ? requirementOf(field) : html`<span class="must">${requirementOf(field)}</span>`,
    valuesOf(field),
    field.sample === null ? '' : html`<code>${String(field.sample)}</code>`,
  ]),
)}
${rulesOf(spec)}
<h2 id="samples">Samples</h2>
${samples.ping === null ? '' : html`<h3>Ping</h3>${json(samples.ping)}<h3>Taken</h3>${json(samples.ping_accepted)}<h3>Not taken</h3>${json(samples.ping_refused)}`}
<h3>Lead</h3>${json(samples.lead)}
<h3>Sold</h3>${json(samples.lead_sold)}
<h3>Nobody took it</h3>${json(samples.lead_unmatched)}
<h3>Refused</h3>${json(samples.lead_refused)}
${table(
  ['Status', 'Meaning'],
  STATUS_WORDS.map(([status, meaning]) => [html`<code>${status}</code>`, meaning]),
)}
${
  samples.exchange_ping === null
    ? ''
    : html`<h3>By bid: ping</h3>${json(samples.exchange_ping)}<h3>Bid</h3>${json(samples.exchange_bid)}<h3>Post</h3>${json(samples.exchange_post)}<h3>Sale</h3>${json(samples.exchange_sold)}`
}
<h2 id="programs">Programs</h2>
<p>Put the key into the environment, <code>export GAVEL_API_KEY=…</code>, then paste and run. ${SENDS_FOR_REAL}</p>
${snippetsOf(spec).map(
  ({ title, language, run, code }, index) =>
    html`<details ${raw(index === 0 ? 'open' : '')}><summary>${title}</summary><p class="soft"><code>${run}</code></p><pre data-language="${language}"><code>${code}</code></pre></details>`,
)}
${samples.ping === null ? '' : html`<h2 id="try" class="screen">Test ping</h2>${pingForm(spec)}`}
<h2 id="rejections">Rejections</h2>
${table(
  ['On', 'Status', 'Code', 'Meaning', 'What to do'],
  spec.rejections.map(({ on, status, code, message, action }) => [
    on,
    String(status),
    html`<code>${code}</code>`,
    message,
    action.replaceAll('`', ''),
  ]),
)}
<script id="ids" type="application/json" nonce="${nonce}">${raw(JSON.stringify(ids).replaceAll('<', '\\u003c'))}</script>
<script nonce="${nonce}">${raw(FORM_SCRIPT)}</script>
</body>
</html>`
  return String(await page)
}

function rulesOf({ filters, duplicates }: ApiSpec): Markup | '' {
  const rules = [...filters, ...(duplicates === null ? [] : [duplicates])]
  if (rules.length === 0) return ''
  return html`<h3>What is taken</h3><ul>${rules.map((rule) => html`<li>${rule}</li>`)}</ul>`
}

const json = (value: object | null) => html`<pre><code>${JSON.stringify(value, null, 2)}</code></pre>`

function table(head: readonly string[], rows: readonly (readonly (string | Markup)[])[]): Markup {
  return html`<table><thead><tr>${head.map((words) => html`<th scope="col">${words}</th>`)}</tr></thead><tbody>
${rows.map(
  (cells) => html`<tr>${cells.map((cell, at) => html`<td data-head="${head[at] ?? ''}">${cell}</td>`)}</tr>
`,
)}</tbody></table>`
}
