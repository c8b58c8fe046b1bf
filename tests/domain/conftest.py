"""The chain's own assertions show both sides when they fail, as those of a test do."""

import pytest

pytest.register_assert_rewrite("support.given")
