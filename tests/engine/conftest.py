import pytest
import spec_factory

from robustspec import registry


@pytest.fixture(scope="module", autouse=True)
def kinds():
    """The kinds of `spec_factory` in the registry, as if a third party had brought them."""
    with pytest.MonkeyPatch.context() as patch:
        for which in spec_factory.TEST_KINDS:
            for kind, entry in spec_factory.entries(which).items():
                patch.setitem(registry.table(which), kind, entry)
        yield


@pytest.fixture
def bench(tmp_path):
    """A folder in which specifications are run."""
    return spec_factory.Bench(tmp_path)
