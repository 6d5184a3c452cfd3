"""How far the table of experiments looks: its filter, and what is said of what is beyond."""

from dataclasses import replace

from components import formatting
from db.queries.experiments import search
from db.queries.experiments.filters import Filter
from db.queries.experiments.rows import ExperimentRow
from db.queries.lists import Page
from pages.context import database, viewer
from pages.experiments.filters import View, to_filter


def asked_filter(view: View) -> Filter:
    """Return the filter for the database; a search looks through the newest numbers at first."""
    filters = to_filter(view, viewer().zone)
    if not filters.text.strip() or view.whole:
        return filters
    return replace(filters, since=search.search_since(database()))


def count_words(page: Page[ExperimentRow]) -> str:
    """Say how many match, and of how many."""
    return formatting.number_of(
        page.count,
        page.total,
        count_is_more=page.count_is_more,
        total_is_more=page.total_is_more,
    )


def limits_words(filters: Filter, page: Page[ExperimentRow]) -> str:
    """Say of what more there may be; blank where the table has everything."""
    words = []
    if filters.since:
        words.append(f"Searched: the newest {formatting.counted(search.REACH, 'number')}.")
    if page.count_is_more:
        count = formatting.number(page.count)
        words.append(f"The first {count} are listed; filters and other orders show others.")
    return " ".join(words)
