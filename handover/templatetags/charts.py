"""The many small parts of the charts, made here and not in a template: a page has seven hundred of them."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from handover.queries.charts import Chart
from handover.queries.trends import Row

register = template.Library()


@register.simple_tag
def chart_grid(chart: Chart) -> SafeString:
    """The lines with their numbers, and the names below the bars."""
    lines = format_html_join(
        "",
        '<line class="chart-grid" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/>'
        '<text class="chart-tick" x="34" y="{2}" dy="4">{3}</text>',
        ((chart.left, chart.right, line.at, line.text) for line in chart.grid),
    )
    labels = format_html_join(
        "",
        '<text class="chart-label" x="{}" y="182">{}</text>',
        ((label.at, label.text) for label in chart.labels),
    )
    return lines + labels


@register.simple_tag
def chart_bars(chart: Chart) -> SafeString:
    """Each bar is a link, as high as the whole chart to the pointer."""
    return format_html_join(
        "",
        '<a href="{}" tabindex="-1"><title>{}</title>'
        '<rect class="chart-column" x="{}" y="{}" width="{}" height="{}"/>'
        '<rect class="chart-bar{}" x="{}" y="{}" width="{}" height="{}" rx="2"/></a>',
        (
            (
                bar.value.url,
                bar.value.words,
                *(bar.column_x, chart.top, bar.column_width, chart.bottom),
                " chart-bar-running" if bar.value.is_running else "",
                *(bar.x, bar.y, bar.width, bar.height),
            )
            for bar in chart.bars
        ),
    )


@register.simple_tag
def chart_rows(rows: list[Row]) -> SafeString:
    """The same numbers with the same links, as rows of a table."""
    return format_html_join("", '<tr><th scope="row">{}</th><td>{}</td></tr>', map(_cells, rows))


def _cells(row: Row) -> tuple[str, SafeString]:
    if row.url:
        return row.label, format_html('<a href="{}">{}</a>', row.url, row.words)
    return row.label, format_html('<span class="muted">{}</span>', row.words)
