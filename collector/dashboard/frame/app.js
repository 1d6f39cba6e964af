// The frame: sign-in, navigation, range and filter around whatever view is open.

import { openProject } from "../lib/api.js";
import { html, useEffect, useRef, useState } from "../lib/h.js";
import { next, write } from "../lib/router.js";
import { VIEWS } from "../views/index.js";
import { Bar } from "./bar.js";
import { useRoute } from "./address.js";
import { Nav } from "./nav.js";
import { SignIn } from "./sign-in.js";
import { useSignIns } from "./sign-ins.js";
import { Stage } from "./stage.js";

export function App() {
  const [isMenuOpen, setMenuOpen] = useState(false);
  const main = useRef();
  // The project that was looked at last: an address may name none.
  const last = useRef();
  // The route, for what ends later than it began.
  const here = useRef();

  const { projects, latest, message, look, enter, add, unknown, leave } = useSignIns();
  /** The open view of another project: it has other outputs, models and prompt versions. */
  const inOther = (project) => {
    const { name, params: { since, until } } = here.current;
    return { name: name || VIEWS[0].name, params: { project, since, until } };
  };
  const show = (project) => {
    const { name, id, params } = here.current;
    const isHere = (params.project ?? project) === project;
    replace(isHere ? { name: name || VIEWS[0].name, id, params: { ...params, project } } : inOther(project));
  };
  const sign = async (key, wanted) => {
    const project = await enter(key, wanted);
    if (project) show(project);
  };
  /** With the key of a link, or as whoever is signed in already. */
  const arrive = async (key) => {
    if (key) await sign(key);
    else await look();
  };
  const more = async (key) => {
    const { project, problem } = await add(key);
    if (project) show(project);
    return problem;
  };
  const [address, replace] = useRoute(arrive);
  const named = address.params.project;
  const isThere = (name) => projects?.find(({ project }) => project === name);
  const open = named === undefined ? isThere(last.current) ?? isThere(latest) : isThere(named);
  if (open) last.current = open.project;
  openProject(open?.project);
  // Whoever is sent the address sees the same.
  const route = open ? { ...address, name: address.name || VIEWS[0].name, params: { ...address.params, project: open.project } } : address;
  here.current = route;
  useEffect(() => {
    if (open && (named === undefined || address.name === "")) replace(route);
  }, [write(route), address]);
  useEffect(() => setMenuOpen(false), [route.name, route.id]);

  const out = async (project) => {
    const others = await leave(project);
    // Nobody was signed out; or another one's figures stay open.
    if (!others || others.some((other) => other.project === last.current)) return;
    replace(others.length > 0 ? inOther(others[0].project) : { name: "", params: {} });
  };
  if (projects === undefined) return html`<p class="waiting" role="status">Asking …</p>`;
  const linkTo = (project) => write(inOther(project));
  if (!open) return html`<${SignIn} key=${named} message=${message} wanted=${named} others=${projects} linkTo=${linkTo} onKey=${(key) => sign(key, named)} />`;
  const entry = VIEWS.find(({ name }) => name === route.name);
  const go = (to, params) => {
    location.hash = write(next(route, to, params));
  };
  const skip = (event) => {
    // A fragment would be an address.
    event.preventDefault();
    main.current.focus();
  };
  return html`
    <a class="skip" href="#main" onClick=${skip}>Skip to content</a>
    <div id="board" class="frame">
      <${Bar} open=${open} projects=${projects} linkTo=${linkTo} here=${write(route)} message=${message} onAdd=${more} onLeave=${out} isMenuOpen=${isMenuOpen} onMenu=${() => setMenuOpen(!isMenuOpen)} />
      <${Nav} route=${route} entry=${entry} isOpen=${isMenuOpen} />
      <main id="main" ref=${main} tabindex="-1">
        <${Stage} key=${open.project} entry=${entry} route=${route} login=${open} go=${go} onUnknown=${(why) => unknown(open.project, why)} />
      </main>
    </div>`;
}
