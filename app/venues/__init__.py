"""Exchanges: what is known of each (facts), and reading them through a transport that only reads.

``catalogue``, ``facts`` and ``pages`` load neither ccxt nor requests, so that the process that
faces the browser can use them.
"""
