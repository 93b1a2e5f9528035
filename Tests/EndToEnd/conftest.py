import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from tarn_server import CORPUS, Server  # noqa: E402


@pytest.fixture
def server(tmp_path):
    instance = Server(tmp_path).start()
    yield instance
    instance.discard()


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory):
    instance = Server(tmp_path_factory.mktemp("tarn")).start()
    yield instance
    instance.discard()


@pytest.fixture(scope="session")
def corpus():
    if not CORPUS.is_dir():
        pytest.skip("the corpus of real files (../shared/corpus) is not here")
    return CORPUS
