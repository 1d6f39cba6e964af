import posthog from "posthog-js";

posthog.init("phc_bench", {
  api_host: window.BENCH_SINK,
  autocapture: { capture_copied_text: true },
  // Else it watches only once its own service has said so.
  advanced_disable_flags: true,
  disable_session_recording: true,
  opt_out_useragent_filter: true,
});
