import {
  WEBHOOK_ID_PATTERN,
  type CreatedWebhook,
  type DeletedWebhook,
  type WebhookList,
  type WebhookTest,
} from '@ktrdr/contracts';
import { Answers, CallerParam, Fails, Requires, type Caller } from '@ktrdr/service-kit';
import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CreateWebhookDto } from './create-webhook.dto.js';
import { Webhooks } from './webhooks.js';

const ID = ApiParam({
  name: 'id',
  description: "The webhook's id.",
  schema: { type: 'string', pattern: WEBHOOK_ID_PATTERN.source, example: 'wh_k3f9a1b2c4' },
});

/** Webhooks: notify other programs when operations end. */
@ApiTags('notifications')
@Controller('notifications')
export class NotificationsController {
  constructor(private readonly webhooks: Webhooks) {}

  /** The URL of a webhook may contain a key of the receiver, so `read` is not enough. */
  @Get()
  @Requires('operate')
  @ApiOperation({ operationId: 'listWebhooks', summary: 'Webhooks and their last deliveries, oldest first' })
  @Answers('WebhookList')
  @Fails('store_unavailable')
  async list(): Promise<WebhookList> {
    return { webhooks: await this.webhooks.list() };
  }

  @Post()
  @Requires('operate', { action: 'create_webhook', target: (data) => nameOf(data) })
  @HttpCode(200)
  @ApiOperation({
    operationId: 'createWebhook',
    summary: 'Creates a webhook; only this answer contains the secret that signs its messages',
  })
  @Answers('CreatedWebhook')
  @Fails('address_not_allowed', 'too_many_webhooks', 'store_unavailable')
  create(@Body() body: CreateWebhookDto, @CallerParam() caller: Caller): Promise<CreatedWebhook> {
    return this.webhooks.create(body, caller.name);
  }

  @Delete(':id')
  @Requires('operate', { action: 'delete_webhook', target: (data) => nameOf(data) })
  @ApiOperation({ operationId: 'deleteWebhook', summary: 'Removes a webhook and its waiting deliveries' })
  @ID
  @Answers('DeletedWebhook')
  @Fails('notification_not_found', 'store_unavailable')
  remove(@Param('id') id: string): Promise<DeletedWebhook> {
    return this.webhooks.remove(id);
  }

  @Post(':id/test')
  @Requires('operate', 'test_webhook')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'testWebhook',
    summary: 'Sends a test message at once, and says how the receiver answered',
  })
  @ID
  @Answers('WebhookTest')
  @Fails('notification_not_found', 'store_unavailable')
  test(@Param('id') id: string): Promise<WebhookTest> {
    return this.webhooks.test(id);
  }
}

/** Id and host of the webhook that a request created or removed. The rest of a URL may contain a key. */
function nameOf(data: unknown): string | undefined {
  const webhook = data as Partial<DeletedWebhook> | undefined;
  return webhook?.url === undefined ? undefined : `${webhook.id} (${new URL(webhook.url).host})`;
}
