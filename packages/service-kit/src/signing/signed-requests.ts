import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { KtrdrError } from '@ktrdr/contracts';
import type { Clock } from '@ktrdr/orchestrator';
import type { OnModuleInit } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { bearerOf, unauthenticated, type Authenticator } from '../access/authenticator.js';
import type { Caller } from '../access/caller.js';
import {
  ANSWER_SIGNATURE,
  CLOCK_WINDOW_MS,
  answerSignature,
  isSame,
  isSigned,
  parseProof,
  readToken,
  sha256,
  type RequestProof,
} from './signature.js';

/** The API that has the secret. */
const API: Caller = { name: 'api', role: 'operate', tokenId: null };
/** A program with the read token. */
const READER: Caller = { name: 'reader', role: 'read', tokenId: null };

const NO_BODY = sha256('');

/** `details.reason` of a refusal that another request, with a new signature, may not get. */
export const BEFORE_START = 'signed_before_start';

/**
 * Accepts the API that signs its requests with the service's secret (`signature.ts`), and programs that show the read token. Signs
 * every answer to a signed request. A request is valid for a minute, and once.
 */
export class SignedRequests implements Authenticator, OnModuleInit {
  /** Proofs of the requests that are signed with the secret, also of those that are refused. */
  private readonly proofs = new WeakMap<FastifyRequest, RequestProof>();
  /** Nonces of the last minutes, oldest first, and the time after which each is not needed (ms since 1970). */
  private readonly nonces = new Map<string, number>();
  /** An earlier process may have answered requests that were signed before (ms since 1970). */
  private readonly startedAt: number;

  constructor(
    private readonly secret: string,
    private readonly clock: Clock,
    private readonly adapter: HttpAdapterHost,
  ) {
    this.startedAt = clock.now();
  }

  onModuleInit(): void {
    const fastify = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('preParsing', async (request, _reply, payload) => this.checkedBody(request, payload));
    fastify.addHook('onSend', async (request, reply, payload) => {
      const proof = this.proofs.get(request);
      // a file: its hash is in the signed list of files
      if (proof === undefined || !isContent(payload)) return payload;
      const content = payload ?? '';
      void reply.header(
        ANSWER_SIGNATURE,
        answerSignature(this.secret, proof.signature, reply.statusCode, content),
      );
      return payload;
    });
  }

  /** @throws KtrdrError `unauthenticated` */
  authenticate(request: FastifyRequest): Caller {
    const proof = parseProof(request.headers.authorization);
    if (proof === null) return this.authenticateReader(request);
    if (!isSigned(this.secret, { method: request.method, path: request.url }, proof))
      throw unauthenticated(
        'The request is signed with another secret. Set the same TRAINING_HOST_SECRET for the API and for this training host, and restart both.',
      );
    this.proofs.set(request, proof);
    this.checkTime(proof);
    this.checkNonce(proof);
    return API;
  }

  private authenticateReader(request: FastifyRequest): Caller {
    const { authorization } = request.headers;
    if (authorization === undefined) {
      throw unauthenticated(
        'This training host accepts only requests that are signed with its secret. Set the same TRAINING_HOST_SECRET for the API. A program that reads /health or /metrics sends: Authorization: Bearer TOKEN; npm run host -- --read-token prints the token.',
      );
    }
    if (isSame(bearerOf(request) ?? '', readToken(this.secret))) return READER;
    throw unauthenticated(
      'The token is not the read token of this training host. npm run host -- --read-token prints it.',
    );
  }

  private checkTime({ time }: RequestProof): void {
    const ahead = time - this.clock.now();
    if (Math.abs(ahead) > CLOCK_WINDOW_MS) {
      const seconds = Math.round(Math.abs(ahead) / 1000);
      throw unauthenticated(
        `The clock of the API is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} the clock of this training host; at most ${CLOCK_WINDOW_MS / 1000} s are allowed. Correct the clocks, for example with NTP.`,
      );
    }
    if (time < this.startedAt) {
      throw new KtrdrError('unauthenticated', 'The request was signed before this training host started.', {
        details: { reason: BEFORE_START },
      });
    }
  }

  private checkNonce({ nonce, time }: RequestProof): void {
    const now = this.clock.now();
    for (const [old, forgetAt] of this.nonces) {
      if (forgetAt >= now) break;
      this.nonces.delete(old);
    }
    if (this.nonces.has(nonce))
      throw unauthenticated('The request was already received once. Send each request with a new signature.');
    this.nonces.set(nonce, time + CLOCK_WINDOW_MS);
  }

  /** The body of a signed request, which must be the body that was signed. */
  private checkedBody(request: FastifyRequest, payload: Readable): Readable {
    const proof = this.proofs.get(request);
    if (proof === undefined) return payload;
    if (!hasBody(request)) {
      if (proof.body !== NO_BODY) throw otherBody();
      return payload;
    }
    const checked = Readable.from(checkedChunks(payload, proof.body), { objectMode: false });
    // the parser stops listening to a body that is too long
    checked.on('error', () => undefined);
    return checked;
  }
}

/**
 * Passes a body on, and fails at its end if its hash differs. It begins when somebody reads: all bytes may have arrived before, and
 * an error that comes before its reader would be lost.
 */
async function* checkedChunks(body: Readable, expected: string): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of body as AsyncIterable<Buffer>) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') !== expected) throw otherBody();
}

function otherBody(): KtrdrError {
  return unauthenticated('The body is not the one that was signed. It was changed on the way.');
}

/** The same rule as in Fastify. */
function hasBody({ headers }: FastifyRequest): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

function isContent(payload: unknown): payload is string | Uint8Array | null | undefined {
  return (
    payload === null || payload === undefined || typeof payload === 'string' || payload instanceof Uint8Array
  );
}
