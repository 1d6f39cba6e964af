// The texts of the snippet.

/** `capture` is what the collector serves: `{version, integrity}`, or null for nothing. */
export function blocks({ origin, key, capture }) {
  const endpoint = `${origin}/c`;
  const tag = (address, more = "") => `<script src="${address}"${more} data-key="${key}" data-endpoint="${endpoint}" async></script>`;
  const npm = {
    title: "npm",
    note: "For whatever builds your page: npm install tacit-capture",
    code: `import { start } from "tacit-capture";\n\nexport const tacit = start({ key: "${key}", endpoint: "${endpoint}" });`,
  };
  const policy = (script) => ({
    title: "Content-Security-Policy",
    note: "Add this where the page has a policy. Nothing else is needed: no 'unsafe-eval', no 'unsafe-inline'.",
    code: `script-src ${script} 'wasm-unsafe-eval';\nconnect-src ${origin};`,
  });
  if (!capture) {
    const unserved = "This collector serves no capture package (start it with --capture DIR); use npm, or host the package's dist/web yourself.";
    return [{ ...npm, note: `${npm.note}. ${unserved}` }, policy("'self'")];
  }
  const found = [
    { title: "Script tag", note: "One line for any page. Every option of start() has its data- twin.", code: tag(`${origin}/capture/tacit.js`) },
    npm,
    policy(origin),
  ];
  if (capture.integrity) found.push({ title: "With integrity", note: `This version (${capture.version}) and no other: the browser checks every file.`, code: checked(origin, capture, tag) });
  return found;
}

/** The tag checks the loader, the import map the modules, which check their Wasm. */
function checked(origin, { version, integrity }, tag) {
  const folder = `${origin}/capture/v/${version}/`;
  const modules = Object.entries(integrity).filter(([name]) => /\.js\?/.test(name));
  const lines = modules.map(([name, hash]) => `  ${JSON.stringify(folder + name)}: ${JSON.stringify(hash)}`);
  const map = `<script type="importmap">\n{ "integrity": {\n${lines.join(",\n")}\n} }\n</script>\n`;
  return map + tag(`${folder}tacit.js`, ` integrity="${integrity["tacit.js"]}" crossorigin`);
}
