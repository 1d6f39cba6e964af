// Every view, a line each, in the order of the navigation: its name in the address, its
// title, its group, its module. `filter: false` is for views that model and prompt version
// mean nothing to, `range: false` for those that no time does either.

export const GROUPS = ["Overview", "Answers", "Improve", "Integrate", "Operate"];

export const VIEWS = [
  { name: "overview", title: "Overview", group: "Overview", load: () => import("./overview.js") },
];
