import type { HostList } from '@ktrdr/contracts';
import { Controller, Get } from '@nestjs/common';
import { Answers, Requires } from '@ktrdr/service-kit';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HostsService } from './hosts.service.js';

@ApiTags('training hosts')
@Controller('hosts')
export class HostsController {
  constructor(private readonly hosts: HostsService) {}

  @Get()
  @Requires('read')
  @ApiOperation({
    operationId: 'listHosts',
    summary: 'Training hosts: engines, current work, and last heartbeat',
  })
  @Answers('HostList')
  list(): Promise<HostList> {
    return this.hosts.list();
  }
}
