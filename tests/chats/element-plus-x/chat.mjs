// Element Plus X, in Vue: no roles, no ids; a code block's buttons have no names.

export default {
  title: "Element Plus X",
  of: ["vue-element-plus-x"],
  entry: "page.js",
  delaysEcho: true,
  composer: (page) => page.locator(".el-sender textarea"),
  answers: (page) => page.locator(".el-bubble-start .elx-xmarkdown-container"),
  controls: {
    copy: (_, answer) => answer.locator("xpath=ancestor::*[contains(@class, 'el-bubble-start')]").getByTitle("Copy"),
    code: (_, answer) => answer.locator("pre button").last(),
    stop: (page) => page.locator(".el-sender button:has(.loading-svg)"),
  },
};
