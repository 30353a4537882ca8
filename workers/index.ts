/** What is deployed: the handlers and the object classes. Wiring only. */
import { AuctionObject } from '../durable-objects/auction/auction'
import { BuyerAccountObject } from '../durable-objects/buyer-account/buyer-account'
import { ClientGateObject } from '../durable-objects/client-gate/client-gate'
import { IdentityIndexObject } from '../durable-objects/identity-index'
import { PingShardObject } from '../durable-objects/ping-shard'
import { RotationObject } from '../durable-objects/rotation'
import { SupplierGateObject } from '../durable-objects/supplier-gate/supplier-gate'
import { SuppressionBuilderObject } from '../durable-objects/suppression-builder'
import { WebhookSenderObject } from '../durable-objects/webhook-sender'
import type { App } from '../src/http/app'
import { createGavel } from '../src/http/gavel'
import { lastResort } from '../src/http/last-resort'
import { consumeBatch } from '../src/queues'
import { httpServices, reportFailure } from './edge-services'
import {
  accountServices,
  auctionServices,
  clientGateServices,
  holderServices,
  shardServices,
  suppressionServices,
} from './object-services'
import { log } from './platform'
import { privacyParts, tendPrivacy } from './privacy'
import { queueServices } from './queue-services'
import { tellReturns, tidyCredentials, wakeSuppressionBuilders } from './upkeep'
import { tendWebhooks, webhookParts, webhookSenderServices } from './webhooks'

export class Auction extends AuctionObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, auctionServices(env))
  }
}

export class PingShard extends PingShardObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, shardServices(env))
  }
}

export class SupplierGate extends SupplierGateObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, holderServices(env))
  }
}

export class ClientGate extends ClientGateObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, clientGateServices())
  }
}

export class IdentityIndex extends IdentityIndexObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, holderServices(env))
  }
}

export class BuyerAccount extends BuyerAccountObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, accountServices(env))
  }
}

export class SuppressionBuilder extends SuppressionBuilderObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, suppressionServices(env))
  }
}

export class WebhookSender extends WebhookSenderObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, webhookSenderServices(webhookParts(env)))
  }
}

export class Rotation extends RotationObject {}

let app: Promise<App> | undefined

function appFor(env: Env): Promise<App> {
  app ??= httpServices(env).then((services) => createGavel(services, log))
  return app
}

export default {
  async fetch(request, env, ctx) {
    try {
      return await (await appFor(env)).fetch(request, env, ctx)
    } catch (error) {
      return lastResort(reportFailure(error))
    }
  },
  async queue(batch, env) {
    await consumeBatch(batch, queueServices(env))
  },
  async scheduled(_controller, env) {
    const { publisher } = await httpServices(env)
    const published = await publisher.publishLeftovers()
    if (published > 0) log('leftovers_published', { published })
    await wakeSuppressionBuilders(env)
    await tidyCredentials(env)
    await tellReturns(env)
    await tendWebhooks(webhookParts(env))
    await tendPrivacy(privacyParts(env))
  },
} satisfies ExportedHandler<Env>
