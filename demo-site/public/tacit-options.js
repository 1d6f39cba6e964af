// Runs before the snippet. The loader merges `window.tacitOptions` with its data- attributes; this
// page uses it only to let the inspector watch. It keeps what happens before the inspector is there.
(() => {
  const KEPT_MAX = 500;
  const feed = Object.assign(new EventTarget(), { kept: [] });
  const tell = (type) => (detail) => {
    const entry = { type, detail, at: Date.now() };
    if (feed.kept.push(entry) > KEPT_MAX) feed.kept.shift();
    feed.dispatchEvent(new CustomEvent("entry", { detail: entry }));
  };
  window.tacitFeed = feed;
  window.tacitOptions = { onSignal: tell("signal"), onSend: tell("send"), onError: tell("error") };

  // A blocked or unreachable script must be visible here, and harmless everywhere else. These events
  // do not bubble, and `load` never reaches the window: the document is where to catch them.
  for (const type of ["load", "error"]) {
    const onScript = ({ target }) => target?.id === "tacit-snippet" && tell("script")({ outcome: type });
    document.addEventListener(type, onScript, { capture: true });
  }
})();
