"""One coordinator per source: when to ask, last good value, last error, and what it means.

A *source* is one thing that is asked again and again: ``account:<id>``, ``funds:<venue>``,
``markets:<venue>`` or ``candles:<venue>``. All exchange traffic starts here, in the worker process.
"""
