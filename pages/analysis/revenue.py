"""Revenue: whether the customers of a year ago pay as much today, and what changed."""

from csdata import charts
from csui import compute, page, revenue, widgets
from csui.text import language, t

view = page.view("revenue", dated=True)
with page.user_errors():
    movements = compute.mrr_movements(view.data)
with page.controls():
    year = revenue.year(movements)
    window = widgets.choice(
        "revenue.window",
        revenue.WINDOWS,
        words="page.revenue.windows",
        note=t("page.revenue.window_help"),
    )
result = revenue.retained(view, int(window))
page.show(
    view,
    movements.in_year(year),
    charts.mrr_bridge(movements, year=year, lang=language()),
    alt=t("page.revenue.alt"),
)
revenue.monthly(view, movements)
if result is not None:
    revenue.rates(view, result)
revenue.cohorts(view)
revenue.whose(view.data)
page.fold("revenue")
