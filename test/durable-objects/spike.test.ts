import { expect, it } from 'vitest'
import { leadToSubmit } from '../support/submit-lead'
import { PlayedAuction } from './support/played-auction'
import { TestBuyer } from './support/test-buyer'
it('sells', async () => {
  const buyer = new TestBuyer('a', { ping: 'bid/120', post: 'accept/a-1' })
  const auction = new PlayedAuction()
  const result = await auction.submit(leadToSubmit({ contracts: [buyer.contract] }))
  console.log(result, auction.accountCalls.all, await auction.projected.atLeast(1), await auction.view())
  console.log(await buyer.posts())
})
it('crashes', async () => {
  const buyer = new TestBuyer('a', { ping: 'bid/120', post: 'held/accept' })
  const auction = new PlayedAuction()
  const lead = leadToSubmit({ contracts: [buyer.contract] })
  const lost = auction.begin(lead)
  await buyer.posts({ requests: 1 })
  await auction.crash()
  console.log('lost', await lost, await buyer.posts({aborted:1}))
  console.log(await auction.submit(lead), await auction.retries.atLeast(1), auction.logged.all, await auction.alarmInMs())
  console.log(await auction.stored(), await auction.view())
})
