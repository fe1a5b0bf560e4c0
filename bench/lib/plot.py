"""The plots of docs/benchmarks.md."""

import io

import matplotlib

matplotlib.use("svg")
# The same measurements make the same bytes.
matplotlib.rcParams.update({"svg.hashsalt": "usher", "svg.fonttype": "none", "font.size": 9})

from matplotlib import pyplot, ticker  # noqa: E402: they take the settings above

COLOURS = {"haproxy": "#888888", "usher": "#1565c0", "usher, flat out": "#90caf9"}


def growth(points, x_title, unit):
    """CPU time for a statement and resident memory over what grows, each way a line, as SVG. Both scales are logarithmic. `unit` makes a text of an x."""
    figure, (cpu, memory) = pyplot.subplots(1, 2, figsize=(9, 3), layout="constrained")
    for axes, field, title in ((cpu, "cpu_us", "own CPU µs for a statement"), (memory, "resident_mib", "resident MiB")):
        for way in dict.fromkeys(point["way"] for point in points):
            of = [point for point in points if point["way"] == way and point[field] > 0]
            axes.plot([point["x"] for point in of], [point[field] for point in of], marker="o", markersize=3, label=way, color=COLOURS[way])
        axes.set(xscale="log", yscale="log", xlabel=x_title, ylabel=title)
        low, high = axes.get_ylim()
        # A decade at least, or noise would look like growth.
        if high / low < 10:
            middle = (low * high) ** 0.5
            low, high = middle / 10**0.5, middle * 10**0.5
            axes.set_ylim(low, high)
        places = sorted({point["x"] for point in points})
        axes.set_xticks(places, [unit(place) for place in places], fontsize=7)
        axes.yaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5) if high / low < 100 else (1,)))
        axes.yaxis.set_major_formatter("{x:,.0f}")
        axes.minorticks_off()
        axes.grid(True, linewidth=0.3)
    cpu.legend()
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    pyplot.close(figure)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"
