"""Chapter 8: forecasts made in 1870, ..., 1905, with their bands, and what then came."""

import numpy

from bookkit import style
from bookkit.data import load
from bookkit.hare_lynx import forecast, target
from bookkit.hare_lynx.scores import all_forecasts
from bookkit.live import Choice, Sentence, Slider, Snapshots, band, line, vline

SHOWN = {
    "restarts ode4": "ODE, 4 states, to forecast",
    "restarts ode2": "ODE, 2 states, to forecast",
    "restarts lv": "Lotka-Volterra, to forecast",
    "trajectory ode2": "ODE, 2 states, to follow",
    "trajectory node3": "neural ODE, 3 states, to follow",
    "AR, both species": "autoregression",
    "Sinusoid": "sinusoid",
}
table = load("hare_lynx_1845_1935")
logs = target.log_pelts(table["year"], table["hare"], table["lynx"])
FLOOR, CEILING = -0.5, 6.0  # of the axis: a forecast outside is drawn at its edge


def states(name):
    """One dict for each origin; the bands of an origin never use its own errors."""
    forecasts = all_forecasts(logs)[name]
    wrong = forecast.errors(forecasts, logs)
    calm = forecast.errors(all_forecasts(logs)["Climatology"], logs)
    result = []
    for origin, path in forecasts.items():
        known = {o: wrong[o] for o in forecast.ORIGINS if o != origin}
        out = {"year": [origin + k for k in range(1, forecast.AHEAD + 1)], "made": float(origin)}
        inside = {}
        for level in (50, 90):
            width = forecast.half_widths(known, level / 100)
            inside[level] = 100 * forecast.coverage(wrong[origin], width)
            for column, animal in enumerate(("hare", "lynx")):
                for side, sign in (("low", -1), ("high", 1)):
                    edge = path[:, column] + sign * width[:, column]
                    out[f"{animal}_{side}{level}"] = numpy.clip(edge, FLOOR, CEILING).tolist()
        for column, animal in enumerate(("hare", "lynx")):
            out[animal] = numpy.clip(path[:, column], FLOOR, CEILING).tolist()
        score = forecast.skill({origin: wrong[origin]}, {origin: calm[origin]})
        out |= {"skill": score, "in50": inside[50], "in90": inside[90]}
        result.append(out)
    return result


def draw(fig, out):
    tags = {}
    panels = fig.subplots(2, 1, sharex=True)
    for ax, name, column in zip(panels, ("hare", "lynx"), (0, 1), strict=True):
        colour = style.colour[name]
        ax.plot(table["year"], logs[:, column], "o", ms=2.5, mew=0, color=style.colour["ink"])
        for level, alpha in ((90, 0.18), (50, 0.32)):
            low, high = f"{name}_low{level}", f"{name}_high{level}"
            patch = ax.fill_between(out["year"], out[low], out[high], color=colour, alpha=alpha,
                                    lw=0)  # fmt: skip
            tags[patch] = band("year", low, high)
        (path,) = ax.plot(out["year"], out[name], color=colour)
        edge = ax.axvline(out["made"], color=style.colour["muted"], lw=1)
        tags[path], tags[edge] = line("year", name), vline("made")
        ax.set(xlim=(1843, 1937), ylim=(FLOOR, CEILING), yticks=numpy.log([1, 10, 100]))
        ax.set_yticklabels(["1", "10", "100"])
        ax.set_ylabel(f"{name}, 1000")
    return tags


figure = Snapshots(
    name="hare_lynx_forecast",
    title="Forecasts of hare and lynx with bands of 50 and 90 per cent",
    slider=("origin", Slider.over([*forecast.ORIGINS, forecast.LAST_SEEN], "forecast made in",
                                  start=forecast.LAST_SEEN)),
    choice=("by", Choice("forecast by", SHOWN)),
    states={name: states(name) for name in SHOWN},
    draw=draw,
    sentence=Sentence(
        "Made in {origin}: skill {skill:.2f}, {verdict}. Of the years that followed, {in50:.0f} % "
        "lie in the 50 % band and {in90:.0f} % in the 90 % band.",
        verdict=("skill", [
            (-0.005, "worse than the mean of the years before"),
            (0.005, "no better than the mean of the years before"),
            (None, "better than the mean of the years before"),
        ]),
    ),
    question="Which forecast would you have bet on in 1905, from its record before 1905 alone?",
    made="benchmarks/hare_lynx_forecast.py, seed 8",
    size=(4.6, 3.4),
)  # fmt: skip
