import type { DoctorReport } from '@ktrdr/contracts';
import { Answers, Requires } from '@ktrdr/service-kit';
import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DoctorService } from './doctor.service.js';

@ApiTags('service')
@Controller('doctor')
export class DoctorController {
  constructor(private readonly doctor: DoctorService) {}

  @Get()
  @Requires('read')
  @ApiOperation({
    operationId: 'getDoctorReport',
    summary: 'What the service needs, what is missing, and what to do',
  })
  @Answers('DoctorReport')
  report(): Promise<DoctorReport> {
    return this.doctor.report();
  }
}
