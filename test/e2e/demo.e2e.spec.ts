import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

/** What `npm run demo` runs once everything is installed and built. */
async function runDemo(temporary: string): Promise<{ code: number | null; output: string }> {
  const env = { PATH: process.env['PATH']!, TMPDIR: temporary };
  const child = spawn(process.execPath, ['dist/apps/local/src/main.js', 'demo'], { env, stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (output += String(bytes)));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}

describe('npm run demo', () => {
  const temporary = mkdtempSync(join(tmpdir(), 'hookmill-demo-spec-'));
  if (process.getuid?.() === 0) chmodSync(temporary, 0o711);
  let demo: Awaited<ReturnType<typeof runDemo>>;

  beforeAll(async () => {
    demo = await runDemo(temporary);
  }, 180_000);
  afterAll(() => rmSync(temporary, { recursive: true, force: true }));

  it('tells that everything happened as expected, and exits with 0', () => {
    expect(demo.output).toContain('Everything happened as expected.');
    expect(demo.code).toBe(0);
  });

  it('tells the story of the form: request, task, record, mail', () => {
    const form = sceneIn(demo.output, /form arrives as a browser sends it/);
    expect(form).toMatch(/< 202 .*"received":true/);
    expect(form).toContain('task       "Registration of Ann" for sales');
    expect(form).toContain('answered   continue');
    expect(form).toMatch(/record {5}registrations .*"name":"Ann".*"status":"confirmed"/);
    expect(form).toContain('mail       "Your registration is confirmed" to ann@example.com');
    const rejected = sceneIn(demo.output, /rejects it/);
    expect(rejected).toContain('"status":"declined"');
    expect(rejected).not.toContain('mail  ');
  });

  it('tells the story of the push: deploy call and notification, once', () => {
    const push = sceneIn(demo.output, /push to main, signed/);
    expect(push).toMatch(/call {7}POST \/deploy .*"repository":"octocat\/hello-world"/);
    expect(push).toMatch(/call {7}POST \/team .*1 commit\(s\) on main/);
    expect(demo.output.match(/call {7}POST/g)).toHaveLength(2);
  });

  it('leaves nothing behind', () => {
    expect(readdirSync(temporary).filter((name) => name.startsWith('hookmill-demo-'))).toEqual([]);
  });
});

/** From the title of a scene to the empty line after it. */
function sceneIn(output: string, title: RegExp): string {
  const scene = output.split('\n\n').find((part) => title.test(part.split('\n')[0]!));
  if (scene === undefined) throw new Error(`No scene ${String(title)} in:\n${output}`);
  return scene;
}
