import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { testBindings } from './test/support/bindings'

/** Where the machine is shared, what waits for real time may meet a pause of it; pure tests are never tried twice. */
const retries = process.env.CI === undefined ? 0 : 1

/**
 * Three kinds of tests: what is pure runs in Node; what lives on the platform runs in workerd with real D1, KV, Queues and
 * objects; flows run against the served process over HTTP.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          environment: 'node',
          include: ['test/{core,buyers,contracts,sim,torture}/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: { ...testBindings, TEST_MIGRATIONS: await readD1Migrations('./migrations') },
            },
          })),
        ],
        test: {
          name: 'workers',
          include: ['test/{security,stores,snapshots,privacy,http,queues,durable-objects}/**/*.test.ts'],
          setupFiles: ['./test/support/apply-migrations.ts'],
          globalSetup: ['./test/support/start-buyer.ts'],
          testTimeout: 30_000,
          retry: retries,
        },
      },
      {
        test: {
          name: 'flows',
          environment: 'node',
          include: ['test/flows/**/*.test.ts', 'test/scripts/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          retry: retries,
        },
      },
    ],
  },
})
