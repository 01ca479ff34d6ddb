import type { HostList } from '@ktrdr/contracts';
import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HostsService } from './hosts.service.js';

@ApiTags('training hosts')
@Controller('hosts')
export class HostsController {
  constructor(private readonly hosts: HostsService) {}

  @Get()
  @ApiOperation({
    summary: 'Training hosts: what they train with, what they do, and when they were last heard',
  })
  list(): Promise<HostList> {
    return this.hosts.list();
  }
}
