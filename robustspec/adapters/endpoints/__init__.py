"""Models behind HTTP: one pool of connections, as many calls as the endpoint bears, and every failure a sentence."""
