"""What rooms above may want to hear: sent in the transaction that publishes."""

from django.dispatch import Signal

published = Signal()
"""A version of a slot or a price was published; `what` is the row."""
