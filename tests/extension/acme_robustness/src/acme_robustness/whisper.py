"""An operator whose dependency is not installed."""

from acme_signal_processing import attenuate


class Whisper:
    """Never reached."""

    apply = attenuate
