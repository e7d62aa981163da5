import type { NodeSDK } from '@opentelemetry/sdk-node';

/** Ends telemetry: sends what is left. Never rejects. */
export type StopTelemetry = () => Promise<void>;

/**
 * Starts OpenTelemetry from the standard `OTEL_*` variables; off unless an exporter is named by them, so that a plain
 * start pays nothing. The SDK itself is loaded only when needed (it costs about 300 ms).
 */
export async function startTelemetry(serviceName: string, env: NodeJS.ProcessEnv): Promise<StopTelemetry> {
  const wanted =
    env.OTEL_EXPORTER_OTLP_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? env.OTEL_TRACES_EXPORTER ?? '';
  if (wanted === '' || wanted === 'none' || env.OTEL_SDK_DISABLED === 'true') return async () => undefined;
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  const sdk: NodeSDK = new NodeSDK({ serviceName: env.OTEL_SERVICE_NAME ?? serviceName });
  sdk.start();
  return async () => {
    await sdk.shutdown().catch(() => undefined);
  };
}
