import { whileStarted } from '../../bundle-started.mjs';

/**
 * What the built API says about itself. Runs the service for a moment.
 *
 * @param program the API's `main.js`
 * @returns `{ openApi, strategySchema }`: its OpenAPI document, and the grammar of strategy files
 * @throws Error with the output of the service if it does not start
 */
export async function askApi(program) {
  return whileStarted([program], async (address) => {
    const { data } = await read(`${address}/strategies/schema`);
    return { openApi: await read(`${address}/openapi.json`), strategySchema: data };
  });
}

async function read(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`GET ${url} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}
