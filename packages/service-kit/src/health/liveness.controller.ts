import { Controller, Get, Header, HttpCode } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { OpenToEveryone } from '../access/route-access.js';
import { PlainAnswer } from '../http/success-envelope.js';

/** `GET /live`: the process answers requests. Everyone may ask, so the answer says nothing else. */
@ApiTags('service')
@Controller('live')
export class LivenessController {
  @Get()
  @OpenToEveryone()
  @PlainAnswer()
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @ApiOperation({
    operationId: 'isLive',
    summary: 'Whether the process answers; for container health checks',
  })
  @ApiResponse({ status: 200, description: 'The process answers. The body is empty.' })
  check(): void {}
}
