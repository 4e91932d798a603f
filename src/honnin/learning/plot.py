"""The reliability plot: of rows that scored so, how many are fraud. An SVG that can be read without colour."""

from __future__ import annotations

from collections.abc import Sequence

from honnin.learning.evaluate import Judged, interval

SIZE, MARGIN = 360, 46
BINS = 10


def reliability(judged: Sequence[Judged]) -> str:
    """Return the plot: a dot for each tenth of the score, its 95 % interval, and the diagonal on which it should lie."""
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" role="img" aria-labelledby="t d" '
        'font-family="sans-serif" font-size="12" fill="#222">'
    )
    parts = [
        opening,
        '<title id="t">Score and share of fraud / スコアと詐欺の割合</title>',
        f'<desc id="d">{_described(judged)}</desc>',
        f'<rect width="{SIZE}" height="{SIZE}" fill="#fff"/>',
    ]
    for tick in range(0, 11, 2):
        value = tick / 10
        x, y = _x(value), _y(value)
        parts.append(f'<path d="M{_x(0):.1f} {y:.1f}H{_x(1):.1f}M{x:.1f} {_y(0):.1f}V{_y(1):.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{x:.1f}" y="{_y(0) + 18:.1f}" text-anchor="middle">{value:.1f}</text>')
        parts.append(f'<text x="{_x(0) - 8:.1f}" y="{y + 4:.1f}" text-anchor="end">{value:.1f}</text>')
    parts.append(f'<path d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}" stroke="#888" stroke-dasharray="4 4"/>')
    for mean, share, low, high, rows in bins(judged):
        x = _x(mean)
        parts.append(f'<path d="M{x:.1f} {_y(low):.1f}V{_y(high):.1f}" stroke="#0b57a4" stroke-width="2"/>')
        parts.append(
            f'<circle cx="{x:.1f}" cy="{_y(share):.1f}" r="4.5" fill="#0b57a4"><title>{mean:.2f}: {share:.2f} ({rows})'
            "</title></circle>"
        )
    parts.append(f'<text x="{SIZE / 2}" y="{SIZE - 8}" text-anchor="middle">score / スコア</text>')
    parts.append(
        f'<text transform="translate(14 {SIZE / 2}) rotate(-90)" text-anchor="middle">share of fraud / 詐欺の割合</text>'
    )
    return "\n".join([*parts, "</svg>"]) + "\n"


def bins(judged: Sequence[Judged]) -> list[tuple[float, float, float, float, int]]:
    """Return (mean score, share of fraud, its 95 % interval, rows) for each tenth that holds rows."""
    found = []
    for number in range(BINS):
        members = [one for one in judged if min(int(one.score * BINS), BINS - 1) == number]
        if members:
            hits = sum(one.row.is_fraud for one in members)
            low, high = interval(hits, len(members))
            mean = sum(one.score for one in members) / len(members)
            found.append((mean, hits / len(members), low, high, len(members)))
    return found


def _described(judged: Sequence[Judged]) -> str:
    return "; ".join(f"{mean:.2f}: {share:.2f} of {rows}" for mean, share, _, _, rows in bins(judged))


def _x(value: float) -> float:
    return MARGIN + value * (SIZE - MARGIN - 14)


def _y(value: float) -> float:
    return SIZE - MARGIN - value * (SIZE - MARGIN - 14)
