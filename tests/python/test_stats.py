"""The statistics of experiments, computed again: collector/src/experiment/stats/golden/vectors.json
holds what the collector makes of people who are drawn here once more, to the bit. Everything is
from the papers' definitions, in another way than the collector's where there is one: e-values are
integrals over the mixture, intervals what these do not refute, CUPED a regression over people,
Bayes factors densities of SciPy. Beside it GrowthBook's engine, and ville."""

import json
from pathlib import Path

import gbstats.frequentist.tests as growthbook
import numpy as np
import pytest
from gbstats.models.statistics import RatioStatistic, SampleMeanStatistic
from gbstats.utils import check_srm
from scipy import integrate, optimize, stats
from ville._boundaries import normal_mixture

GOLDEN = Path(__file__).parents[2] / "collector/src/experiment/stats/golden/vectors.json"
VECTORS = json.loads(GOLDEN.read_text())

# In comparison.rs and cuped.rs.
PEOPLE_MIN = 100
EITHER_MIN = 10
BEFORE_MIN = 100


class Draw:
    """Knuth's MMIX generator, as in golden_tests.rs."""

    def __init__(self, seed):
        self.state = seed

    def unit(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 11) / 2**53

    def whole(self, low, high):
        self.unit()
        return low + (self.state >> 33) % (high - low + 1)

    def person(self, kind, known, effect):
        own, many, value, was, many_before, value_before = (self.unit() for _ in range(6))

        def sums(many, value, effect):
            if kind == "binary":
                return float(value < 0.2 + 0.5 * own + effect), 1.0
            if kind == "rare":
                return float(value < 0.01 + 0.05 * own + effect), 1.0
            if kind == "heavy":
                return (own + effect) / (0.01 + value), 1.0
            if kind == "ratio":
                outputs = float(int(1.0 + 9.0 * many * many))
                return outputs * (0.2 + 0.6 * own + effect) + (value - 0.5), outputs
            outputs = float(int(4.0 * many))
            return outputs * (own - 0.3 + effect) * value, outputs

        before = sums(many_before, value_before, 0.0) if was < known else (0.0, 0.0)
        return (*sums(many, value, effect), float(was < known), *before)


def arms(case):
    """One row a person: numerator, denominator, known before, and both sums of that time."""
    draw = Draw(case["seed"])
    for _ in range(9):
        draw.unit()
    both = [
        np.array([draw.person(case["kind"], case["known"], effect) for _ in range(people)])
        for people, effect in zip(case["people"], (0.0, case["effect"]))
    ]
    assert str(draw.state) == case["after"], "the same people"
    return both


def linearised(arm):
    """The ratio, and every person's share in it."""
    ratio = arm[:, 0].sum() / arm[:, 1].sum()
    return ratio, (arm[:, 0] - ratio * arm[:, 1]) / arm[:, 1].mean()


class Compared:
    """Two arms: values and the covariance matrix of both."""

    def __init__(self, case, control, treatment, cuped):
        (self.control, own), (self.treatment, other) = linearised(control), linearised(treatment)
        self.raw = self.control, self.treatment
        self.n = len(control) + len(treatment)
        self.ready = all(
            (arm[:, 1] != 0).sum() >= PEOPLE_MIN
            and min((arm[:, 0] != 0).sum(), (arm[:, 0] != arm[:, 1]).sum()) >= EITHER_MIN
            for arm in (control, treatment)
        )
        # Influence of every person on each arm's value; an adjusted one rests on both arms' people.
        influence = np.zeros((2, self.n))
        influence[0, : len(own)] = own / len(own)
        influence[1, len(own) :] = other / len(other)
        if cuped:
            known = np.concatenate([control, treatment])
            ratio = known[:, 3].sum() / known[:, 4].sum()
            x = (known[:, 3] - ratio * known[:, 4]) / (known[:, 4].sum() / known[:, 2].sum())
            covariates = np.column_stack([x, known[:, 2]])
            parts = [covariates[: len(own)], covariates[len(own) :]]
            # Least squares over people about their arm's mean, an arm weighing 1/(n(n − 1)).
            rows = [(part - part.mean(0)) / np.sqrt(len(part) * (len(part) - 1)) for part in parts]
            outcomes = [y / np.sqrt(len(y) * (len(y) - 1)) for y in (own, other)]
            theta = np.linalg.lstsq(np.concatenate(rows), np.concatenate(outcomes), rcond=1e-10)[0]
            explained = [part @ theta for part in parts]
            everybody = np.concatenate(explained).mean()
            self.control -= explained[0].mean() - everybody
            self.treatment -= explained[1].mean() - everybody
            for place, part in enumerate(explained):
                part = part - part.mean()
                here = slice(0, len(own)) if place == 0 else slice(len(own), None)
                influence[place, here] -= part / len(part)
                influence[:, here] += part / self.n
        groups = influence[:, : len(own)], influence[:, len(own) :]
        self.covariance = sum(np.cov(group) * group.shape[1] for group in groups)
        self.delta = self.treatment - self.control
        self.se = np.sqrt([-1, 1] @ self.covariance @ [-1, 1])
        self.alpha, self.side, self.null = case["alpha"], case["side"], case["null"]
        alpha = self.alpha if self.side == "both" else 2 * self.alpha
        log = -2 * np.log(alpha)
        self.rho = np.sqrt((log + np.log(log + 1)) / case["tightest_at"])

    def z(self, null):
        return (self.delta - null) / self.se

    def critical(self):
        """How many standard errors away the evidence reaches 1/α."""
        reached = lambda z: log_e(z, self.n, self.rho, self.side != "both") + np.log(self.alpha)
        return optimize.brentq(reached, 1e-9, 60, xtol=1e-13)

    def bounds(self, half):
        return [
            self.delta - half if self.side != "upper" else None,
            self.delta + half if self.side != "lower" else None,
        ]

    def lift_bounds(self, critical):
        """Lifts whose difference is just so many standard errors off, by search."""
        sign = np.sign(self.control)

        def off(lift):
            r = 1 + sign * lift
            return abs(self.treatment - r * self.control) - critical * np.sqrt(
                [-r, 1] @ self.covariance @ [-r, 1]
            )

        middle = self.delta / abs(self.control)
        return [
            optimize.brentq(off, middle - 1e4, middle, xtol=1e-14) if self.side != "upper" else None,
            optimize.brentq(off, middle, middle + 1e4, xtol=1e-14) if self.side != "lower" else None,
        ]


def log_e(z, n, rho, one_sided):
    a = n * rho**2 + 1
    x = rho**2 * n * z**2 / (2 * a)
    rest = np.log(2) + np.log(-np.expm1(-x)) if one_sided else 0.0
    return x - np.log(a) / 2 + rest


def mixture(z, n, rho, one_sided):
    """Robbins' mixture: the likelihood ratio of n people with mean θ in standard deviations,
    over a (half-)normal θ with standard deviation ρ, as an integral."""
    ratio = lambda t: np.exp(t * z * np.sqrt(n) - n * t * t / 2) * stats.norm.pdf(t, scale=rho)
    peak, width = z * np.sqrt(n) / (n + 1 / rho**2), 1 / np.sqrt(n + 1 / rho**2)
    low, high = peak - 12 * width, peak + 12 * width
    if one_sided:
        return 2 * integrate.quad(ratio, max(low, 0), max(high, width), epsrel=1e-11)[0]
    return integrate.quad(ratio, low, high, epsrel=1e-11)[0]


def near(found, wanted, rel=1e-9):
    if wanted is None or found is None:
        assert found is None and wanted is None
    else:
        assert found == pytest.approx(wanted, rel=rel, abs=1e-12)


def compared():
    for case in VECTORS["comparisons"]:
        for method in ("plain", "cuped"):
            if case[method]:
                yield pytest.param(case, method, id=f"{case['seed']}-{case['kind']}-{method}")


@pytest.mark.parametrize("case, method", list(compared()))
def test_a_comparison_is_what_its_people_say(case, method):
    told, control_treatment = case[method], arms(case)
    found = Compared(case, *control_treatment, cuped=method == "cuped")
    near(found.raw[0], told["control"])
    near(found.raw[1], told["treatment"])
    near(found.delta, told["delta"])
    near(found.se, told["se"])
    assert found.ready == told["ready"]
    near(found.delta / abs(found.control), told["lift"])
    tail = case["alpha"] / (2 if case["side"] == "both" else 1)
    for mine, theirs in zip(found.bounds(stats.norm.isf(tail) * found.se), told["fixed"]):
        near(mine, theirs)
    if not found.ready:
        assert told["interval"] == told["lift_interval"] == [None, None]
        assert (told["e_value"], told["p"]) == (1.0, 1.0)
        return
    critical = found.critical()
    for mine, theirs in zip(found.bounds(critical * found.se), told["interval"]):
        near(mine, theirs)
    if abs(found.control) > critical * np.sqrt(found.covariance[0, 0]):
        for mine, theirs in zip(found.lift_bounds(critical), told["lift_interval"]):
            near(mine, theirs, rel=1e-8)
    else:
        assert told["lift_interval"] == [None, None]
    z = found.z(found.null) * (-1 if found.side == "upper" else 1)
    one_sided = found.side != "both"
    near(told["p"], min(1.0, 1 / told["e_value"]) if told["e_value"] > 0 else 1.0)
    if one_sided and z <= 0:
        assert told["e_value"] == 0.0
        return
    near(told["e_value"], np.exp(log_e(z, found.n, found.rho, one_sided)), rel=1e-8)
    whole = mixture(z, found.n, found.rho, one_sided)
    if one_sided:
        # What is lost for a bound in closed form: 2/√a less what the half-normal lacks.
        root = np.sqrt(found.n * found.rho**2 + 1)
        assert 1 / root <= (whole - told["e_value"]) * (1 + 1e-9) + 1e-9 * whole
        assert whole - told["e_value"] <= 2 / root + 1e-9 * whole
    else:
        near(told["e_value"], whole, rel=1e-7)


@pytest.mark.parametrize("case", VECTORS["comparisons"], ids=lambda case: case["seed"])
def test_cuped_is_used_where_there_is_a_pre_period_and_removes_variance(case):
    control, treatment = arms(case)
    enough = min((arm[:, 4] != 0).sum() for arm in (control, treatment)) >= BEFORE_MIN
    assert (case["cuped"] is not None) == enough
    if enough:
        near(1 - (case["cuped"]["se"] / case["plain"]["se"]) ** 2, case["cuped"]["cuped"], rel=1e-7)


def of_growthbook(arm, ratio):
    numerator, denominator = arm[:, 0], arm[:, 1]
    mean = lambda x: SampleMeanStatistic(n=len(x), sum=x.sum(), sum_squares=(x * x).sum())
    if not ratio:
        return mean(numerator)
    return RatioStatistic(
        n=len(arm),
        m_statistic=mean(numerator),
        d_statistic=mean(denominator),
        m_d_sum_of_products=(numerator * denominator).sum(),
    )


def two_sided():
    return [case for case in VECTORS["comparisons"] if case["side"] == "both" and case["plain"]["ready"]]


@pytest.mark.parametrize("case", two_sided(), ids=lambda case: case["seed"])
def test_growthbooks_engine_says_the_same(case):
    ratio = case["kind"] in ("ratio", "sparse")
    statistics = [of_growthbook(arm, ratio) for arm in arms(case)]
    config = growthbook.SequentialConfig(
        alpha=case["alpha"],
        test_value=case["null"],
        difference_type="absolute",
        sequential_tuning_parameter=case["tightest_at"],
    )
    test = growthbook.SequentialTwoSidedTTest(*statistics, config)
    near(test.point_estimate, case["plain"]["delta"])
    near(test.variance, case["plain"]["se"] ** 2)
    near(test.rho, Compared(case, *arms(case), cuped=False).rho)
    for mine, theirs in zip(test.confidence_interval, case["plain"]["interval"]):
        near(mine, theirs)
    near(test.p_value, case["plain"]["p"])


@pytest.mark.parametrize("case", VECTORS["comparisons"][:60], ids=lambda case: case["seed"])
def test_villes_boundary_is_the_same_and_its_exact_one_sided_one_hardly_nearer(case):
    found = Compared(case, *arms(case), cuped=False)
    # Theirs is for the sum, with a unit of variance a person, and ρ is 1/ρ² of ours.
    both, one = (
        np.ravel(normal_mixture(np.array([float(found.n)]), found.alpha, 1 / found.rho**2, one_sided=one_sided))[0]
        / np.sqrt(found.n)
        for one_sided in (False, True)
    )
    if found.side == "both":
        near(found.critical(), both, rel=1e-6)
    else:
        assert one <= found.critical() <= one * 1.05


@pytest.mark.parametrize("case", VECTORS["counts"])
def test_mismatch_is_scipys(case):
    people = np.array(case["people"])
    shares = np.array(case["weights"]) / sum(case["weights"])
    found = stats.chisquare(people, people.sum() * shares)
    near(found.statistic, case["chi_square"])
    near(found.pvalue, case["p"], rel=1e-8)
    near(check_srm(case["people"], case["weights"]), case["p"], rel=1e-8)
    log = stats.dirichlet_multinomial.logpmf(people, 100 * shares, people.sum())
    log -= stats.multinomial.logpmf(people, people.sum(), shares)
    near(np.exp(min(log, 700)), case["bayes_factor"], rel=1e-7)
    assert case["alarm"] == (log > np.log(1000))


@pytest.mark.parametrize("case", VECTORS["corrections"])
def test_corrections_are_by_definition(case):
    p, n = np.array(case["p"]), len(case["p"])
    np.testing.assert_allclose(case["bh"], stats.false_discovery_control(p), rtol=1e-12)
    rank = stats.rankdata(p, "ordinal")
    stepped = np.minimum((n - rank + 1) * p, 1)
    np.testing.assert_allclose(case["holm"], [stepped[rank <= own].max() for own in rank], rtol=1e-12)
    # e-BH as Wang & Ramdas write it: the largest k with k·e₍ₖ₎/n ≥ 1/α.
    e = np.array(case["e"])
    for alpha in (0.01, 0.05, 0.2, 0.5):
        descending = np.sort(e)[::-1]
        found = [k for k in range(1, n + 1) if k * descending[k - 1] / n >= 1 / alpha]
        wanted = e >= descending[max(found) - 1] if found else np.zeros(n, bool)
        assert (np.array(case["e_bh"]) <= alpha).tolist() == wanted.tolist()


@pytest.mark.parametrize("case", VECTORS["plans"])
def test_plans_are_by_formula(case):
    alpha, unit, effect = case["alpha"], case["unit_variance"], case["effect"]
    one_sided = case["one_sided"]
    log = -2 * np.log(alpha * (2 if one_sided else 1))
    rho = np.sqrt((log + np.log(log + 1)) / case["tightest_at"])

    def bound(n):
        """Of the sum, in standard deviations of a person."""
        reached = lambda z: log_e(z, n, rho, one_sided) + np.log(alpha)
        return optimize.brentq(reached, 1e-9, 60, xtol=1e-13) * np.sqrt(n)

    half = lambda n: bound(n) / n * np.sqrt(unit)
    near(half(case["people"]), case["half_width"])
    needed = case["people_for_half_width"]
    assert half(needed) <= effect * (1 + 1e-9)
    assert needed == 2 * PEOPLE_MIN or half(needed - 1) > effect * (1 - 1e-9)

    z = stats.norm.isf(alpha if one_sided else alpha / 2)
    once = lambda n: stats.norm.sf(z - effect / np.sqrt(unit / n))
    near(once(case["people"]), case["power_fixed"])
    assert case["people_fixed"] == np.ceil(unit * ((z + stats.norm.ppf(0.8)) / effect) ** 2)

    def power(n):
        """A Brownian motion with drift crosses a line: inverse Gaussian first passage."""
        slope = (bound(n + 0.5) - bound(n - 0.5)) if n > 1 else 0.0
        intercept, drift = bound(n) - n * slope, effect / np.sqrt(unit) - slope
        mean = intercept / abs(drift)
        passed = stats.invgauss.cdf(n, mean / intercept**2, scale=intercept**2)
        return passed * (np.exp(2 * drift * intercept) if drift < 0 else 1.0)

    near(power(case["people"]), case["power"], rel=1e-5)
    needed = case["people_for_power"]
    assert needed == 2 * PEOPLE_MIN or power(needed - 1) < 0.8 + 1e-6
    assert power(needed) >= 0.8 - 1e-6
