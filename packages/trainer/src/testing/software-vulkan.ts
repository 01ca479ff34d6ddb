import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where the drivers of software devices are, best first: Mesa's lavapipe, and the SwiftShader of Debian's Chromium. */
const DRIVERS = [
  { folder: '/usr/share/vulkan/icd.d', name: /^lvp_icd.*\.json$/ },
  { folder: '/usr/lib/chromium', name: /^vk_swiftshader_icd\.json$/ },
];

const source = (path: string): string => JSON.stringify(import.meta.resolve(`../engines/onnx/${path}`));
const PROGRAM = `
  const { Graph } = await import(${source('graph/graph.js')});
  const { createSession } = await import(${source('session.js')});
  const graph = new Graph();
  graph.output('y', graph.node('Relu', ['x']));
  await createSession(graph.encode('one node', [{ name: 'x', shape: [1] }], [{ name: 'y', shape: [1] }]), 'onnx-webgpu');
`;

/**
 * Finds a software device that WebGPU accepts.
 *
 * @returns the driver's file, for `VK_DRIVER_FILES`; or why there is none
 */
export function findSoftwareVulkan(): { driver: string } | { problem: string } {
  const problems: string[] = [];
  for (const driver of installedDrivers()) {
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
      encoding: 'utf8',
      // oxlint-disable-next-line no-restricted-properties -- passed on, not read
      env: { ...process.env, NODE_OPTIONS: '', VK_DRIVER_FILES: driver },
    });
    if (status === 0) return { driver };
    const reason = /^(?:Warning|Error): (.+)/m.exec(stderr)?.[1];
    problems.push(`WebGPU refuses ${driver}: ${reason ?? `exit code ${status}`}`);
  }
  return { problem: problems.length > 0 ? problems.join('; ') : 'no Vulkan driver for a software device' };
}

function installedDrivers(): string[] {
  return DRIVERS.flatMap(({ folder, name }) => {
    const names = existsSync(folder) ? readdirSync(folder) : [];
    return names.filter((one) => name.test(one)).map((one) => join(folder, one));
  });
}
