import * as amplitude from "@amplitude/analytics-browser";

amplitude.init("bench", undefined, {
  serverUrl: `${window.BENCH_SINK}/2/httpapi`,
  fetchRemoteConfig: false,
  autocapture: true,
});
