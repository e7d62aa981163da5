import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { loadConfig, settings } from '#shared';

interface Container {
  name: string;
  command: string[];
  ports?: { containerPort: number }[];
  env: { name: string }[];
  startupProbe?: Probe;
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  securityContext: Record<string, unknown>;
}
interface Probe {
  httpGet: { path: string };
}
interface PodSpec {
  terminationGracePeriodSeconds?: number;
  securityContext: Record<string, unknown>;
  containers: [Container];
}
interface Resource {
  kind: string;
  metadata: { name: string };
  data?: Record<string, string>;
  stringData?: Record<string, string>;
  spec: { template: { spec: PodSpec }; ports?: { port: number }[] };
}
interface ComposeService {
  command: string[];
  ports?: string[];
  environment: Record<string, string>;
  stop_grace_period: string;
  healthcheck?: { test: string[] };
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: Record<string, string>;
  devDependencies: Record<string, string>;
};
const defaults = loadConfig([], {});
const APPS = [
  { app: 'gateway', script: 'start:gateway', port: defaults.GATEWAY_PORT },
  { app: 'worker', script: 'start:worker', port: defaults.WORKER_PORT },
  { app: 'admin', script: 'start:admin', port: defaults.ADMIN_PORT },
];
const BASE = 'k8s/base';

const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
  services: Record<string, ComposeService>;
};
const resources = readdirSync(BASE)
  .filter((file) => file !== 'kustomization.yaml')
  .flatMap((file) => parseAllDocuments(readFileSync(join(BASE, file), 'utf8')))
  .map((document) => document.toJS() as Resource);

const podOf = (name: string) =>
  resources.find((found) => found.spec?.template && found.metadata.name === name)!.spec.template.spec;
const unknownSettings = (names: string[]) => names.filter((name) => !(name in settings));

describe('docker-compose.yml', () => {
  it.each(APPS)('runs the $app by the command and on the port of $script', ({ app, script, port }) => {
    const service = compose.services[app]!;
    expect(service.command.join(' ')).toBe(manifest.scripts[script]);
    expect(service.healthcheck?.test.join(' ')).toContain(`:${port}/readyz`);
    for (const published of service.ports ?? []) expect(published).toMatch(new RegExp(`(^|:)${port}:${port}$`));
  });

  it('migrates by the command of package.json, before anything else runs', () => {
    expect(compose.services['migrate']!.command.join(' ')).toBe(manifest.scripts['migrate']);
  });

  it('sets variables that exist, and all that are required', () => {
    for (const app of ['gateway', 'worker', 'admin', 'migrate']) {
      const names = Object.keys(compose.services[app]!.environment);
      expect(unknownSettings(names)).toEqual([]);
      expect(names).toEqual(expect.arrayContaining(['DATABASE_URL', 'REDIS_URL', 'HOOKMILL_MASTER_KEY']));
    }
  });

  it('gives every process longer to stop than it needs to drain', () => {
    for (const { app } of APPS)
      expect(Number.parseInt(compose.services[app]!.stop_grace_period) * 1000).toBeGreaterThan(defaults.DRAIN_TIMEOUT);
  });
});

describe('k8s/base', () => {
  it.each(APPS)(
    'runs the $app by the command and on the port of $script, with its health checks',
    ({ app, script, port }) => {
      const pod = podOf(`hookmill-${app}`);
      const [container] = pod.containers;
      expect(container.command.join(' ')).toBe(manifest.scripts[script]);
      expect(container.ports?.map(({ containerPort }) => containerPort)).toEqual([port]);
      expect(container.livenessProbe?.httpGet.path).toBe('/healthz');
      expect(container.readinessProbe?.httpGet.path).toBe('/readyz');
      expect(pod.terminationGracePeriodSeconds! * 1000).toBeGreaterThan(defaults.DRAIN_TIMEOUT);
    },
  );

  it('migrates by the command of package.json', () => {
    expect(podOf('hookmill-migrate').containers[0].command.join(' ')).toBe(manifest.scripts['migrate']);
  });

  it('runs nothing as root', () => {
    for (const name of ['gateway', 'worker', 'admin', 'migrate']) {
      const pod = podOf(`hookmill-${name}`);
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
      expect(pod.containers[0].securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  it('sets variables that exist and takes from the secret only what its example names', () => {
    const secret = resources.find((found) => found.kind === 'Secret')!.stringData!;
    const config = resources.find((found) => found.kind === 'ConfigMap')!.data!;
    expect(unknownSettings([...Object.keys(secret), ...Object.keys(config)])).toEqual([]);
    for (const name of ['gateway', 'worker', 'admin', 'migrate']) {
      const names = podOf(`hookmill-${name}`).containers[0].env.map((variable) => variable.name);
      expect(Object.keys(secret)).toEqual(expect.arrayContaining(names));
    }
    expect(() => loadConfig([], config)).not.toThrow();
  });

  it('lists files that exist', () => {
    const listed = (parse(readFileSync(join(BASE, 'kustomization.yaml'), 'utf8')) as { resources: string[] }).resources;
    expect(listed.filter((file) => !existsSync(join(BASE, file)))).toEqual([]);
  });
});

describe('the Dockerfile', () => {
  const lines = readFileSync('Dockerfile', 'utf8').split('\n');

  it('is built on the Node that package.json pins, in every stage', () => {
    const major = manifest.devDependencies['node']!.split('.')[0];
    for (const line of lines.filter((found) => found.startsWith('FROM'))) expect(line).toContain(`node:${major}-slim`);
  });

  it('does not run as root', () => {
    expect(lines).toContain('USER 1000:1000');
  });

  it('copies only what the repository has', () => {
    const copied = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied.filter((path) => !existsSync(path))).toEqual([]);
  });
});
