import * as Sentry from "@sentry/browser";

const { host } = new URL(window.BENCH_SINK);
Sentry.init({
  dsn: `http://key@${host}/1`,
  integrations: [Sentry.browserTracingIntegration(), Sentry.replayIntegration()],
  tracesSampleRate: 1,
  replaysSessionSampleRate: 1,
});
