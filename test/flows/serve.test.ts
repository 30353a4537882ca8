import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commandOf, kill, nameOf, type ProcessName, waitForEnd } from '../../scripts/serve/processes.ts'
import { Operator } from '../support/gavel-client'
import { after, bid, HttpBuyer } from '../support/http-buyer'
import { freshLead, guideContract, openMarket } from '../support/market'
import { OPERATOR_KEY, refusedStart, ServedGavel } from '../support/served-gavel'

/** Longer than any of it takes, shorter than a person would wait. */
const SOON_MS = 5_000

let stateDir: string

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'gavel-serve-'))
})

afterEach(async () => {
  await rm(stateDir, { recursive: true, force: true, maxRetries: 5 })
})

describe('a served Gavel', () => {
  it('prints the ready line alone on stdout, answers, and stops on SIGTERM with exit code 0', async () => {
    await using gavel = await ServedGavel.start({ stateDir })
    expect(gavel.printed).toBe(`ready ${gavel.url}\n`)
    expect((await gavel.fetch('/v1/campaigns')).status).toBe(200)

    const family = await gavel.processes()
    const started = performance.now()
    expect(await gavel.stop()).toEqual({ code: 0, signal: null })
    expect(performance.now() - started).toBeLessThan(SOON_MS)
    await expectGone(family)
  })

  it('answers the lead that it is at before it stops', async () => {
    await using buyer = await HttpBuyer.start()
    buyer.whenPinged(after(600, bid(40)))
    await using gavel = await ServedGavel.start({ stateDir })
    const { campaignId, supplier } = await openMarket(new Operator(gavel.url, OPERATOR_KEY), {
      buyers: { slow: guideContract(buyer, { max_bid: 100 }) },
    })
    const answer = supplier.ingest(campaignId, freshLead())
    await buyer.waitFor('ping')
    expect(await gavel.stop()).toEqual({ code: 0, signal: null })
    expect(await answer).toMatchObject({ status: 201, body: { data: { status: 'ACCEPTED', price: 30 } } })
  })

  it('keeps its secrets readable by their owner only, and the same over a restart', async () => {
    await using first = await ServedGavel.start({ stateDir })
    const campaign = await createCampaign(first)
    await first.stop()
    expect((await stat(join(stateDir, 'secrets.json'))).mode & 0o777).toBe(0o600)

    await using second = await first.again()
    expect(await (await second.fetch(`/v1/campaigns/${campaign}`)).json()).toMatchObject({ id: campaign })
    expect(second.said).not.toContain('Migrated')
  })

  it('loses nothing that it has acknowledged when the server is killed, and leaves no runtime behind', async () => {
    await using first = await ServedGavel.start({ stateDir })
    const runtime = await runtimeOf(first)
    const campaign = await createCampaign(first)
    await first.kill()
    await using second = await ServedGavel.start({ stateDir, port: first.port })
    expect((await second.fetch(`/v1/campaigns/${campaign}`)).status).toBe(200)
    await expectGone([runtime])
  })

  it('is gone altogether when npm is killed', async () => {
    await using gavel = await ServedGavel.start({ stateDir, command: 'npm' })
    const family = await gavel.processes()
    expect(family.length).toBeGreaterThan(2)
    await gavel.kill()
    await expectGone(family)
    await using next = await ServedGavel.start({ stateDir, port: gavel.port })
    expect(next.port).toBe(gavel.port)
  })

  it('stops with npm on SIGTERM', async () => {
    await using gavel = await ServedGavel.start({ stateDir, command: 'npm' })
    const family = await gavel.processes()
    await gavel.stop()
    await expectGone(family)
  })

  it('leaves nothing behind when its whole group is killed', async () => {
    await using gavel = await ServedGavel.start({ stateDir, command: 'npm' })
    const family = await gavel.processes()
    process.kill(-(gavel.process.pid ?? 0), 'SIGKILL')
    await gavel.ended()
    await expectGone(family)
    await using next = await ServedGavel.start({ stateDir, port: gavel.port })
    expect(next.port).toBe(gavel.port)
  })

  it('serves on when its runtime is killed', async () => {
    await using gavel = await ServedGavel.start({ stateDir })
    const campaign = await createCampaign(gavel)
    kill(await runtimeOf(gavel))
    await expect
      .poll(
        () =>
          gavel.fetch(`/v1/campaigns/${campaign}`).then(
            (response) => response.status,
            () => 0,
          ),
        { timeout: SOON_MS },
      )
      .toBe(200)
  })

  it('ends a runtime that server and watchdog have both left behind', async () => {
    await using first = await ServedGavel.start({ stateDir })
    const runtime = await runtimeOf(first)
    kill(await watchdogOf(stateDir))
    await first.kill()
    await using second = await ServedGavel.start({ stateDir, port: first.port })
    await expectGone([runtime])
    expect((await second.fetch('/v1/campaigns')).status).toBe(200)
  })
})

describe('a Gavel that cannot be served', () => {
  it('says that another server has the state, and leaves that one alone', async () => {
    await using gavel = await ServedGavel.start({ stateDir })
    const second = await refusedStart({ stateDir })
    expect(second).toMatchObject({ code: 1, stdout: '' })
    expect(second.stderr).toContain(`in use by another server (process ${gavel.process.pid}, ${gavel.url})`)
    expect((await gavel.fetch('/v1/campaigns')).status).toBe(200)
  })

  it('says that the port is in use', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as { port: number }
    const refused = await refusedStart({ stateDir, port })
    other.close()
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toContain(`Port ${port} is in use`)
  })

  it('says what a port is', async () => {
    const refused = await refusedStart({ stateDir, env: { PORT: '80x' } })
    expect(refused).toMatchObject({ code: 1, stderr: 'PORT must be a whole number from 0 to 65535, not "80x".\n' })
  })
})

async function createCampaign(gavel: ServedGavel): Promise<string> {
  const body = JSON.stringify({ name: 'Kept', vertical: 'auto_insurance' })
  const response = await gavel.fetch('/v1/campaigns', { method: 'POST', body })
  expect(response.status).toBe(201)
  return ((await response.json()) as { id: string }).id
}

async function runtimeOf(gavel: ServedGavel): Promise<ProcessName> {
  const runtime = (await gavel.processes()).find(({ pid }) => commandOf(pid).includes('workerd serve'))
  if (runtime === undefined) throw new Error('no runtime is running')
  return runtime
}

/** The watchdog is nobody's child that a test could look for; its command names the state that it watches. */
async function watchdogOf(state: string): Promise<ProcessName> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number)
  const pid = pids.find(
    (candidate) => /workerd\.sh watch/.test(commandOf(candidate)) && commandOf(candidate).includes(state),
  )
  const name = pid === undefined ? null : nameOf(pid)
  if (name === null) throw new Error('no watchdog is running')
  return name
}

async function expectGone(processes: readonly ProcessName[]): Promise<void> {
  for (const name of processes) {
    expect(await waitForEnd(name, SOON_MS), `process ${name.pid}: ${commandOf(name.pid)}`).toBe(true)
  }
}
