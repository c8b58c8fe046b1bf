"""A language model that says what a test has written down, over the interfaces agents know.

It listens on loopback only, takes any key, and picks tools from what a request offers.
"""
