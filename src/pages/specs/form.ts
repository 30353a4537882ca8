/** The form that sends a test ping: its fields, and the script that sends them from the reader's browser. */
import { html, raw } from 'hono/html'
import type { ApiSpec } from '../../contracts/api-spec'
import { requirementOf } from './words'

type Markup = ReturnType<typeof html>

export function pingForm({ fields, samples }: ApiSpec): Markup {
  const shown = fields.filter(({ name, personal }) => !personal || (samples.ping !== null && name in samples.ping))
  return html`<form id="ping" class="screen" autocomplete="off">
    <label class="whole">API key <input name="x-api-key" type="password" required spellcheck="false" placeholder="ld_test_…" /></label>
    ${shown.map(
      (field) => html`<label>${field.name}${field.required_on === 'ping' ? ' *' : ''}${control(field)}</label>`,
    )}
    <div class="actions"><button>Send test ping</button> <span class="soft">Nothing is stored, here or there.</span></div>
    <output></output>
  </form>`
}

function control(field: ApiSpec['fields'][number]): Markup {
  const { name, allowed_values, type, sample } = field
  const title = `${field.expected}; ${requirementOf(field)}`
  const values = allowed_values ?? (type === 'boolean' ? ['true', 'false'] : null)
  if (values === null) return html`<input name="${name}" title="${title}" value="${sample ?? ''}" />`
  return html`<select name="${name}" title="${title}">
    <option></option>
    ${values.map((value) => html`<option ${raw(value === String(sample) ? 'selected' : '')}>${value}</option>`)}
  </select>`
}

/** Text only ever becomes text: an answer cannot bring markup into the page. */
export const FORM_SCRIPT = `
const form = document.getElementById('ping')
const ids = JSON.parse(document.getElementById('ids').textContent)
const show = (className, ...parts) => {
  const head = document.createElement('p'), body = document.createElement('pre'), code = document.createElement('code')
  head.className = className; head.textContent = parts[0]; code.textContent = parts[1]; body.append(code)
  form.querySelector('output').replaceChildren(head, body)
}
form?.addEventListener('submit', async (event) => {
  event.preventDefault()
  const { 'x-api-key': key, ...fields } = Object.fromEntries(new FormData(form))
  const filled = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''))
  const began = performance.now()
  try {
    const headers = { 'x-api-key': key, 'content-type': 'application/json' }
    const response = await fetch('/api/v1/ping', { method: 'POST', headers, body: JSON.stringify({ ...ids, ...filled }), referrerPolicy: 'no-referrer' })
    const text = await response.text(), took = Math.round(performance.now() - began)
    let shown = text
    try { shown = JSON.stringify(JSON.parse(text), null, 2) } catch {}
    const accepted = response.ok && JSON.parse(text).accepted === true
    show(accepted ? 'yes' : 'no', (accepted ? 'Accepted' : 'Not accepted') + ', HTTP ' + response.status + ', ' + took + ' ms', shown)
  } catch (error) {
    show('no', 'The ping could not be sent.', String(error))
  }
})
`
