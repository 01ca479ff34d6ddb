/**
 * Nest on Fastify with nothing else: each route answers the bytes that the API answered. Its parent sends `BareAnswers` and
 * gets the port. It may send other answers later.
 */
import 'reflect-metadata';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Body, Controller, Get, Header, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

/** What the routes answer. */
export interface BareAnswers {
  status: string;
  list: string;
  start: string;
}

const JSON_TYPE = 'application/json; charset=utf-8';

let [answers] = (await once(process, 'message')) as [BareAnswers];

@Controller()
class BareController {
  @Get('status')
  @Header('content-type', JSON_TYPE)
  status(): string {
    return answers.status;
  }

  @Get('list')
  @Header('content-type', JSON_TYPE)
  list(): string {
    return answers.list;
  }

  @Post('start')
  @HttpCode(200)
  @Header('content-type', JSON_TYPE)
  start(@Body() _body: object): string {
    return answers.start;
  }
}

@Module({ controllers: [BareController] })
class BareModule {}

const app = await NestFactory.create<NestFastifyApplication>(BareModule, new FastifyAdapter(), {
  logger: false,
});
await app.listen(0, '127.0.0.1');
process.on('message', (others: BareAnswers) => (answers = others));
process.once('disconnect', () => process.exit());
process.send?.((app.getHttpServer().address() as AddressInfo).port);
