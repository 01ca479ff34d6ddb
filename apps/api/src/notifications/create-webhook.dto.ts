import { NOTIFICATION_EVENTS, type CreateWebhookRequest, type NotificationEvent } from '@ktrdr/contracts';
import { RequestOf } from '@ktrdr/service-kit';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsNotEmpty,
  IsOptional,
  IsString,
  MaxLength,
} from 'class-validator';

const MOST_CHARACTERS = { url: 2_000, name: 64 };

@RequestOf('CreateWebhookRequest', { url: { pattern: String.raw`^\s*[hH][tT]{2}[pP][sS]?:` } })
export class CreateWebhookDto implements CreateWebhookRequest {
  @IsString()
  @IsNotEmpty()
  @MaxLength(MOST_CHARACTERS.url)
  url!: string;

  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(NOTIFICATION_EVENTS.length)
  @IsIn(NOTIFICATION_EVENTS, { each: true })
  on!: NotificationEvent[];

  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(MOST_CHARACTERS.name)
  name?: string;
}
