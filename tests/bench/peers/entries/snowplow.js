import { ButtonClickTrackingPlugin, enableButtonClickTracking } from "@snowplow/browser-plugin-button-click-tracking";
import { FormTrackingPlugin, enableFormTracking } from "@snowplow/browser-plugin-form-tracking";
import { LinkClickTrackingPlugin, enableLinkClickTracking } from "@snowplow/browser-plugin-link-click-tracking";
import { enableActivityTracking, newTracker, trackPageView } from "@snowplow/browser-tracker";

newTracker("bench", window.BENCH_SINK, {
  appId: "bench",
  plugins: [LinkClickTrackingPlugin(), ButtonClickTrackingPlugin(), FormTrackingPlugin()],
});
enableActivityTracking({ minimumVisitLength: 10, heartbeatDelay: 10 });
enableLinkClickTracking();
enableButtonClickTracking();
enableFormTracking();
trackPageView();
