/**
 * Bodies as callers would send them, by operation. Each is sent to a running Gavel by a test, with ids that exist put in
 * place of those here.
 */
const CAMPAIGN = 'camp_01J9ZQ5F8W3B6T1X0V7K2M4N5P'
const SUPPLIER = 'sup_01J9ZQ5F8W3B6T1X0V7K2M4N5P'
const LEAD_ID = 'ld_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu'
const LEAD = {
  first_name: 'Maria',
  last_name: 'Garcia',
  phone: '5125550143',
  email: 'maria@example.com',
  state: 'TX',
}
const ANSWER = { accepted: [{ path: 'accepted', op: 'eq', value: true }], price: ['bid_price'] }
const BUYER_CONTRACT = {
  status: 'active',
  price: 40,
  priority: 1,
  weight: 1,
  min_bid: 5,
  max_bid: 500,
  filters: [{ field: 'state', op: 'in', value: ['TX', 'FL', 'CA'] }],
  caps: [{ period: 'day', count: 200, timezone: 'America/Chicago' }],
  schedule: null,
  ping: {
    enabled: true,
    request: {
      url: 'https://buyer.example/ping',
      format: 'json',
      timeout_ms: 1500,
      template: { state: '{{state}}', zip3: '{{zip | slice: 0, 3}}' },
    },
    answer: ANSWER,
  },
  post: {
    request: {
      url: 'https://buyer.example/leads',
      format: 'json',
      template: { first_name: '{{first_name}}', phone: '{{phone}}' },
    },
    answer: { accepted: [{ on: 'status', op: 'eq', value: 201 }], reference: ['id'] },
  },
}

export const REQUEST_EXAMPLES: { readonly [operationId: string]: unknown } = {
  pingLead: { flo_campaign_id: CAMPAIGN, flo_supplier_id: SUPPLIER, state: 'TX' },
  ingestLead: { flo_campaign_id: CAMPAIGN, flo_supplier_id: SUPPLIER, ...LEAD },
  createCampaign: {
    name: 'Auto insurance, Texas',
    vertical: 'auto_insurance',
    sub_vertical: 'non_standard',
    floor_price: 10,
    fields: [
      { name: 'first_name', type: 'string', required: true },
      { name: 'last_name', type: 'string', required: true },
      { name: 'phone', type: 'phone', required: true },
      { name: 'email', type: 'email', required: true },
      { name: 'state', type: 'state', required: true, required_on: 'ping' },
    ],
    filters: [{ field: 'state', op: 'in', value: ['TX', 'FL', 'CA'] }],
    dedupe: { fields: ['phone'], days: 30 },
  },
  updateCampaign: { status: 'active', floor_price: 12.5 },
  createSupplier: { name: 'Clickwise Media' },
  updateSupplier: { name: 'Clickwise Media Group' },
  createBuyer: {
    name: 'Crown Mutual',
    caps: [{ period: 'day', count: 500, timezone: 'America/Chicago' }],
    budget: { amount: 10_000, period: 'month', timezone: 'America/Chicago' },
  },
  updateBuyer: { status: 'active', ping_rate: { per_second: 50 } },
  putSourceLink: { cost_mode: 'revenue_share', cost_percent: 75, caps: [{ period: 'day', count: 100 }] },
  putBuyerContract: BUYER_CONTRACT,
  tryBuyerContract: { lead: { state: 'TX', zip: '77002' }, send: false },
  readAnswer: {
    answer: ANSWER,
    call: 'ping',
    sample: {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"accepted":true,"bid_price":"38.50"}',
    },
  },
  rotateApiSpecs: { campaign_id: CAMPAIGN },
  creditBuyer: { amount: 500 },
  seedLeads: { count: 3, vertical: 'auto_insurance', state: 'TX', seed: 'demo' },
  createApiKey: {
    role: 'supplier',
    subject_id: SUPPLIER,
    name: 'Form on the landing page',
    scopes: ['ping', 'post'],
    allowed_networks: [],
  },
  updateApiKey: { name: 'Form on all landing pages' },
  createOAuthClient: { role: 'supplier', subject_id: SUPPLIER, name: 'Lead server', scopes: ['ping', 'post'] },
  updateOAuthClient: { name: 'Lead servers' },
  searchLeads: { phone: LEAD.phone },
  // Not the person of the other examples, whose lead is still looked at.
  erasePerson: { email: 'somebody.else@example.com' },
  putRetention: { contact_days: 730, details_days: 1_826 },
  askBuyer: {},
  resolveSale: { outcome: 'sold', note: 'Confirmed by the buyer in writing.', buyer_lead_id: '21777961' },
  createWebhookEndpoint: { url: 'https://hooks.example.com/gavel', events: ['lead.sold', 'lead.unmatched'] },
  updateWebhookEndpoint: { description: 'Sales to the CRM' },
  resendWebhooksSince: { since: '2026-11-20T09:00:00Z', status: 'failed' },
  updateLead: { lead_id: LEAD_ID, status: 'converted', reported_revenue: 120, occurred_at: '2026-11-20T09:00:00Z' },
  reportLeadStatus: { status: 'qualified', note: 'Wants a quote this week' },
  returnLead: { reason: 'wrong_number', note: 'Rings at a bakery' },
  approveReturn: { restore_caps: true },
  createSuppressionList: { name: 'Do not call', scope: 'all_campaigns' },
  updateSuppressionList: { name: 'Do not call, ours' },
}
