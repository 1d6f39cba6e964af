// The entry `tacit-capture/assign`: signals/ASSIGN.md in a page or on a server. Shares
// nothing with capture and needs no Wasm, so that a page can have either alone.

export async function assign(plan, subject) {
  const { name, holdout, traffic, arms } = checked(plan);
  checkSubject(subject);
  if ((await bucket("holdout", subject)) < holdout) return answer("holdout", holdout);
  if ((await bucket(`${name}:traffic`, subject)) >= traffic) return answer(null, 1000 - traffic);
  let place = await bucket(`${name}:arm`, subject);
  const arm = arms.find(({ weight }) => (place -= weight) < 0);
  return answer(arm.name, arm.weight);
}

function answer(arm, thousandths) {
  return { arm, holdout: arm === "holdout", propensity: thousandths / 1000 };
}

/** 0 to 999. */
async function bucket(salt, subject) {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) {
    throw new Error("crypto.subtle is missing, so nobody can be assigned: it exists on HTTPS and localhost only");
  }
  const digest = await subtle.digest("SHA-256", new TextEncoder().encode(`${salt}\n${subject}`));
  return Math.floor((new DataView(digest).getUint32(0) * 1000) / 2 ** 32);
}

/** The plan in whole thousandths. A plan that no declaration can have throws. */
function checked(plan) {
  const name = checkedName("name", plan?.name);
  const holdout = thousandths("holdout", plan.holdout, 0, 999);
  const traffic = thousandths("traffic", plan.traffic, 1, 1000);
  if (!Array.isArray(plan.arms) || plan.arms.length < 2 || plan.arms.length > 16) {
    throw new TypeError("arms: allowed are 2 to 16");
  }
  const arms = plan.arms.map((arm) => ({
    name: checkedName("arms", arm?.name),
    weight: thousandths("weight", arm.weight, 1, 999),
  }));
  const names = new Set(arms.map((arm) => arm.name));
  if (names.has("holdout")) throw new TypeError("arms: no arm can be named holdout");
  if (names.size < arms.length) throw new TypeError("arms: two have the same name");
  const sum = arms.reduce((sum, { weight }) => sum + weight, 0);
  if (sum !== 1000) throw new TypeError(`weight: the weights sum to ${sum / 1000}, not to 1`);
  return { name, holdout, traffic, arms };
}

function checkedName(field, name) {
  if (typeof name === "string" && /^[\w.-]{1,64}$/.test(name)) return name;
  throw new TypeError(`${field}: ${JSON.stringify(name)} is no name: 1 to 64 of A-Z, a-z, 0-9, _, . and -`);
}

function thousandths(field, value, min, max) {
  const whole = typeof value === "number" ? Math.round(value * 1000) : NaN;
  if (whole >= min && whole <= max && Math.abs(whole / 1000 - value) < 1e-9) return whole;
  throw new TypeError(`${field}: ${value} is none of ${min / 1000} to ${max / 1000} in steps of 0.001`);
}

/** Half a surrogate pair has no UTF-8: it would be hashed as another text. */
function checkSubject(subject) {
  if (typeof subject === "string" && subject !== "" && !/\p{Cs}/u.test(subject)) return;
  throw new TypeError("subject: expected a text that is not empty");
}
