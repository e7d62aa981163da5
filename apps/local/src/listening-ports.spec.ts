import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { assertPortsFree, freePorts } from './listening-ports.js';

async function freeThree() {
  const [gateway, admin, worker] = (await freePorts(3)) as [number, number, number];
  return { GATEWAY_PORT: gateway, ADMIN_PORT: admin, WORKER_PORT: worker };
}

describe('assertPortsFree', () => {
  it('lets free ports pass', async () => {
    await expect(assertPortsFree(await freeThree(), '127.0.0.1')).resolves.toBeUndefined();
  });

  it('names a taken port and the variable to set', async () => {
    const ports = await freeThree();
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(ports.ADMIN_PORT, '127.0.0.1', resolve));
    const taken = `Port ${ports.ADMIN_PORT} is taken by another program. Set ADMIN_PORT to a free port`;
    await expect(assertPortsFree(ports, '127.0.0.1')).rejects.toThrow(taken);
    await new Promise((resolve) => squatter.close(resolve));
  });

  it('refuses one port for two processes', async () => {
    const ports = await freeThree();
    await expect(assertPortsFree({ ...ports, ADMIN_PORT: ports.GATEWAY_PORT }, '127.0.0.1')).rejects.toThrow(
      `GATEWAY_PORT and ADMIN_PORT are both ${ports.GATEWAY_PORT}`,
    );
  });
});
