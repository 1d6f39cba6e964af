// Light or dark: the system's choice until the person makes one, which lasts until the page is left.

import { byId } from "./dom.js";

const system = matchMedia("(prefers-color-scheme: dark)");

export function startTheme() {
  const toggle = byId("toggle-theme");
  const isDark = () => (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const refresh = () => toggle.setAttribute("aria-pressed", isDark());
  toggle.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    refresh();
  });
  system.addEventListener("change", refresh);
  refresh();
}
