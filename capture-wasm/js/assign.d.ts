/** Who is in which arm of an experiment: the function of `signals/ASSIGN.md`. */

/** The part of an experiment's declaration that assignment depends on. Shares are 0–1 in steps of 0.001. */
export interface Plan {
  /** The experiment's name, as declared. */
  readonly name: string;
  /** Share of all people who are held out of every experiment. */
  readonly holdout: number;
  /** Share of the others who take part. */
  readonly traffic: number;
  /** What is compared, in the declared order, the control first. Weights sum to 1. */
  readonly arms: readonly {
    /** The arm's name. */
    readonly name: string;
    /** Its share of those who take part. */
    readonly weight: number;
  }[];
}

/** What `assign` found. */
export interface Assignment {
  /** The arm; `holdout` for who is held out, `null` for who is not in the traffic. Show both what was there before. */
  arm: string | null;
  /** Held out of every experiment. */
  holdout: boolean;
  /** Chance of this answer at the step that gave it, 0–1. */
  propensity: number;
}

/**
 * The arm of `subject`: the site's own pseudonym of the person, as given to
 * `start({ subject })` and registered with outputs. The same everywhere: on
 * servers, in the collector, after years.
 *
 * Rejects, and never guesses an arm, when the plan or the subject is not valid
 * (`TypeError`), or when `crypto.subtle` is missing, which browsers have on
 * HTTPS and localhost only.
 */
export function assign(plan: Plan, subject: string): Promise<Assignment>;
