"""How many examples a property is tried with: few in every run, many in the nightly one."""

from hypothesis import HealthCheck, settings

_nightly = False


def configure(*, nightly: bool) -> None:
    """Set the defaults of every property.

    In an ordinary run the examples are the same each time, so that a failure is the fault of the
    change and not of the day; the nightly run looks for new ones. There are no deadlines, because
    the machine is shared: the time limit of a test holds.
    """
    global _nightly  # noqa: PLW0603 (settings of a property are decided while it is imported)
    _nightly = nightly
    slow = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    settings.register_profile(
        "every-run", max_examples=50, deadline=None, derandomize=True, suppress_health_check=slow
    )
    settings.register_profile(
        "nightly", max_examples=2_000, deadline=None, suppress_health_check=slow, print_blob=True
    )
    settings.load_profile("nightly" if nightly else "every-run")


def examples(usual: int, *, nightly: int) -> settings:
    """Decorates a property that needs another number of examples than the rest."""
    return settings(max_examples=nightly if _nightly else usual)
