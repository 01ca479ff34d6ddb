import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';

export class CompareModelsDto {
  @ApiProperty({
    example: 'momentum/1h_v1,momentum/1h_v2',
    description: 'Two to ten models, joined by commas.',
  })
  @IsString()
  models!: string;
}
