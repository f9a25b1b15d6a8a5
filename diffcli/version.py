"""The version, which every record names."""

__version__ = "0.1.0"


def record(schema: str) -> dict[str, str]:
    """Return how every record begins: what it is made by, and after which schema."""
    return {"schema": schema, "version": __version__}
