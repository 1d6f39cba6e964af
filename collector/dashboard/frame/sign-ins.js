// Which projects this browser is signed in to, as the collector told last.

import { ask, endAsking, get, path, send } from "../lib/api.js";
import { useRef, useState } from "../lib/h.js";

const NOBODY = { projects: [] };

/**
 * `projects` is undefined until it is known; `latest` is the one signed in to last; `message`
 * is what went wrong.
 */
export function useSignIns() {
  const [told, setTold] = useState();
  const [message, setMessage] = useState("");
  // What was asked last, which alone counts.
  const asking = useRef();
  const turn = useRef(Promise.resolve());

  /** One after another: the answer to who leaves must not take the cookie of who comes. */
  const inTurn = (act) => (turn.current = turn.current.then(act, act));
  /** Takes what `asked` answers; nothing comes of it where something was asked later. */
  const take = async (asked) => {
    const mine = (asking.current = {});
    const isLast = () => asking.current === mine;
    try {
      const answer = await inTurn(asked);
      if (!isLast()) return undefined;
      setMessage("");
      setTold(answer);
      return answer;
    } catch (error) {
      if (isLast()) throw error;
      return undefined;
    } finally {
      if (isLast()) asking.current = undefined;
    }
  };
  const look = async () => {
    try {
      return await take(() => get("/v1/login"));
    } catch (error) {
      setTold(NOBODY);
      setMessage(error.message);
      return undefined;
    }
  };
  /** Signs in with `key`, to be at `wanted` if that is said; the key's project, if that is it. */
  const enter = async (key, wanted) => {
    try {
      const answer = await take(() => send("POST", "/v1/login", { key }));
      if (!answer) return undefined;
      if (!wanted || answer.project === wanted) return answer.project;
      setMessage(`That key is of the project ${answer.project}, to which you are signed in now.`);
    } catch (error) {
      if (!told) await look();
      setMessage(error.message);
    }
    return undefined;
  };
  /** As `enter`, for whoever stays where they are if the key is not taken: why it was not. */
  const add = async (key) => {
    try {
      return { project: (await take(() => send("POST", "/v1/login", { key })))?.project };
    } catch (error) {
      return { problem: error.message };
    }
  };
  /**
   * A request about `project` was refused because of `why`. Somebody who signs in meanwhile
   * ends what was asked as before: that alone asks for no key.
   */
  const unknown = async (project, why) => {
    if (asking.current) return;
    const answer = await look();
    if (answer && !answer.projects.some((one) => one.project === project)) setMessage(why);
  };
  /** Signs out of a project, or of all; those that are left, undefined where it failed. */
  const leave = async (project) => {
    try {
      await inTurn(() => ask(path("/v1/login", { project }), { method: "DELETE" }));
    } catch (error) {
      setMessage(`Still signed in: ${error.message}`);
      return undefined;
    }
    // What is under way would be refused, and is about nobody any more.
    endAsking();
    const projects = project ? told.projects.filter((one) => one.project !== project) : [];
    setMessage("");
    setTold({ ...told, projects });
    return projects;
  };
  return { projects: told?.projects, latest: told?.project, message, look, enter, add, unknown, leave };
}
