"""The countries that Larkfield ships to, for address forms; other codes may still be typed through other ways in."""

COUNTRIES = (
    ("NL", "Netherlands"),
    ("BE", "Belgium"),
    ("LU", "Luxembourg"),
    ("DE", "Germany"),
    ("AT", "Austria"),
    ("FR", "France"),
    ("IE", "Ireland"),
)
_NAMES = dict(COUNTRIES)


def country_name(code: str) -> str:
    """The country of an ISO 3166 code; the code itself where Larkfield does not ship."""
    return _NAMES.get(code, code)
