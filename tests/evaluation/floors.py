"""The lowest allowed figures of the shipped decisions and of the adversaries.

Raise them when the figures rise; do not lower them to make a test pass. The goals are 0 accepted
versions, 99 % of the harmless phrases, and those in `decision_tables`.
"""

# Shipped decisions, answered by `rank`.
MAX_WRONG_DECISIONS = 0
MIN_EVERYDAY_ACCEPTED = 147
MIN_SHOULD_ACCEPTED = 66
MIN_RIGHT_FIRST = 28

# Adversaries, with one track for each form.
MAX_ACCEPTED_VERSIONS = 0
MIN_HARMLESS_ACCEPTED = 0.99
