import { fastify } from 'fastify';

/** A bare Fastify that parses the JSON it gets and answers 200 `ok`. @returns its URL */
export async function listenWithFastify(): Promise<string> {
  const server = fastify({ logger: false });
  server.post('/', (_request, reply) => reply.type('text/plain').send('ok'));
  return await server.listen({ host: '127.0.0.1', port: 0 });
}
