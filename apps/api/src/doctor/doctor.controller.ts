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
    summary: 'What the service needs, whether it has it, and what to do about the rest',
  })
  @Answers('DoctorReport')
  report(): Promise<DoctorReport> {
    return this.doctor.report();
  }
}
