// The frame: sign-in, navigation, range and filter around whatever view is open.

import { ask, endAsking, get, send } from "../lib/api.js";
import { html, useEffect, useRef, useState } from "../lib/h.js";
import { next, write } from "../lib/router.js";
import { VIEWS } from "../views/index.js";
import { Bar } from "./bar.js";
import { useRoute } from "./address.js";
import { Nav } from "./nav.js";
import { SignIn } from "./sign-in.js";
import { Stage } from "./stage.js";

export function App() {
  // Undefined: not asked yet; null: nobody is signed in.
  const [login, setLogin] = useState();
  const [message, setMessage] = useState("");
  const [isMenuOpen, setMenuOpen] = useState(false);
  const main = useRef();

  const refused = (why = "") => {
    setMessage(why);
    setLogin(null);
  };
  // The sign-in that was begun last, which alone counts.
  const entering = useRef();
  /** Signs in with `key`, or as whoever is signed in already; else says `why` nobody is. */
  const enter = async (key, why) => {
    const mine = (entering.current = { key });
    const isLast = () => entering.current === mine;
    try {
      const login = await (key ? send("POST", "/v1/login", { key }) : get("/v1/login"));
      if (!isLast()) return;
      if (!login.signed_in) return refused(why);
      setMessage("");
      setLogin(login);
    } catch (error) {
      if (isLast()) refused(error.message);
    } finally {
      if (isLast()) entering.current = undefined;
    }
  };
  /** Somebody who signs in again ends what was asked as before: that alone asks for no key. */
  const unknown = (why) => entering.current ?? enter(undefined, why);
  const leave = async () => {
    // Else what is under way would be refused.
    endAsking();
    try {
      await ask("/v1/login", { method: "DELETE" });
      refused();
    } catch (error) {
      setMessage(`Still signed in: ${error.message}`);
    }
  };

  const route = useRoute(enter);
  useEffect(() => setMenuOpen(false), [route.name, route.id]);
  const go = (to, params) => {
    location.hash = write(next(route, to, params));
  };
  if (login === undefined) return html`<p class="waiting" role="status">Asking …</p>`;
  if (login === null) return html`<${SignIn} message=${message} onKey=${enter} />`;
  const entry = VIEWS.find(({ name }) => name === (route.name || VIEWS[0].name));
  const skip = (event) => {
    // A fragment would be an address.
    event.preventDefault();
    main.current.focus();
  };
  return html`
    <a class="skip" href="#main" onClick=${skip}>Skip to content</a>
    <div id="board" class="frame">
      <${Bar} login=${login} message=${message} onLeave=${leave} isMenuOpen=${isMenuOpen} onMenu=${() => setMenuOpen(!isMenuOpen)} />
      <${Nav} route=${route} entry=${entry} isOpen=${isMenuOpen} />
      <main id="main" ref=${main} tabindex="-1">
        <${Stage} entry=${entry} route=${route} login=${login} go=${go} onUnknown=${unknown} />
      </main>
    </div>`;
}
