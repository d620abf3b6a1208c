"""Small real models that need no key and no download: what a first run, and the test suite, are judged with."""
