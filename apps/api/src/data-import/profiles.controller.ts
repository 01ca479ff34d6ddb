import { PROFILE_NAME_PATTERN } from '@ktrdr/contracts';
import type { DeletedProfile, ImportProfile, ProfileList } from '@ktrdr/contracts';
import { Answers, Fails, Requires } from '@ktrdr/service-kit';
import { Body, Controller, Delete, Get, Param, Put } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { checkedChoices } from './checked-choices.js';
import { ImportChoicesDto } from './import-choices.dto.js';
import { ImportProfiles } from './import-profiles.js';

const NAME = ApiParam({
  name: 'name',
  description: "The profile's name.",
  schema: { type: 'string', pattern: PROFILE_NAME_PATTERN.source, example: 'my-broker' },
});

/** Keeps the choices of imports. */
@ApiTags('data')
@Controller('data/profiles')
export class ProfilesController {
  constructor(private readonly profiles: ImportProfiles) {}

  @Get()
  @Requires('read')
  @ApiOperation({ operationId: 'listProfiles', summary: 'Profiles: saved choices of imports' })
  @Answers('ProfileList')
  async list(): Promise<ProfileList> {
    return { profiles: await this.profiles.list() };
  }

  @Put(':name')
  @Requires('operate', {
    action: 'import',
    target: (data) => profileOf((data as Partial<ImportProfile> | undefined)?.name),
  })
  @ApiOperation({ operationId: 'keepProfile', summary: 'Saves the choices of an import as a profile' })
  @NAME
  @Answers('ImportProfile')
  @Fails('invalid_name', 'disk_full', 'storage_failed')
  keep(@Param('name') name: string, @Body() body: ImportChoicesDto): Promise<ImportProfile> {
    return this.profiles.keep(name, checkedChoices(body));
  }

  @Delete(':name')
  @Requires('operate', {
    action: 'delete',
    target: (data) => profileOf((data as Partial<DeletedProfile> | undefined)?.name),
  })
  @ApiOperation({ operationId: 'deleteProfile', summary: 'Deletes a profile' })
  @NAME
  @Answers('DeletedProfile')
  @Fails('invalid_name', 'profile_not_found', 'storage_failed')
  async delete(@Param('name') name: string): Promise<DeletedProfile> {
    await this.profiles.remove(name);
    return { name };
  }
}

function profileOf(name: string | undefined): string | undefined {
  return name === undefined ? undefined : `profile ${name}`;
}
