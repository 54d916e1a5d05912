"""One measured figure beside what it is compared with, and whether it holds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`bar` is a limit for `ratio`, or for `value` where nothing is compared; `at_most` says on which side to be.

    `grain` is what the value varies by without a cause, in its unit: two runs that differ by less are the same.
    """

    name: str
    value: float
    unit: str
    bar: float
    against: str = ""
    against_value: float | None = None
    at_most: bool = True
    grain: float = 0.0

    @property
    def ratio(self) -> float | None:
        return self.value / self.against_value if self.against_value else None

    @property
    def holds(self) -> bool:
        measured = self.value if self.ratio is None else self.ratio
        return measured <= self.bar if self.at_most else measured >= self.bar

    def __str__(self) -> str:
        parts = [f"{self.name}: {_number(self.value)} {self.unit}"]
        if self.ratio is not None and self.against_value is not None:
            parts.append(f"{self.against} {_number(self.against_value)} {self.unit}")
            parts.append(f"ratio {self.ratio:.2f}")
        unit = "" if self.ratio is not None else f" {self.unit}"
        parts.append(f"bar {'at most' if self.at_most else 'at least'} {self.bar:g}{unit}")
        parts.append("holds" if self.holds else "falls short")
        return " | ".join(parts)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
