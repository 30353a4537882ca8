/** The settings that a deployment gives as secrets; these are for tests only. */
export const testBindings = {
  MASTER_KEY: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8',
  PING_TOKEN_KEYS: 'k1:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8',
  BOOTSTRAP_OPERATOR_KEY: 'operator-key-of-the-tests',
  BOOTSTRAP_SANDBOX_KEY: 'sandbox-key-of-the-tests',
  BOOTSTRAP_RATE_LIMIT: '10000',
  ALLOW_LOOPBACK_BUYERS: '1',
}
