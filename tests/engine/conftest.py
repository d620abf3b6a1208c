import pytest
import spec_factory

from robustspec import registry


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    """The kinds of `spec_factory` in the registry, as if a third party had brought them."""
    for which in spec_factory.TEST_KINDS:
        for kind, entry in spec_factory.entries(which).items():
            monkeypatch.setitem(registry.table(which), kind, entry)


@pytest.fixture
def bench(tmp_path):
    """A folder in which specifications are run."""
    return spec_factory.Bench(tmp_path)
