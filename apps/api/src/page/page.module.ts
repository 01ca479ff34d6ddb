import { join } from 'node:path';
import { Module, type DynamicModule } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { PageRoutes } from './page-routes.js';
import { readStaticFolder } from './static-folder.js';

/** The page at `/` and the documentation at `/docs/`: the folders `page` and `docs` that the build has put into `folder`. */
@Module({})
export class PageModule {
  static forRoot(folder: string): DynamicModule {
    return {
      module: PageModule,
      providers: [
        {
          provide: PageRoutes,
          inject: [HttpAdapterHost],
          useFactory: async (host: HttpAdapterHost) =>
            new PageRoutes(
              host,
              await readStaticFolder(join(folder, 'page')),
              await readStaticFolder(join(folder, 'docs')),
            ),
        },
      ],
    };
  }
}
