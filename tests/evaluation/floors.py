"""The lowest allowed figures of the shipped decisions and of the adversaries.

Raise them when the figures rise; do not lower them to make a test pass. The goals are 0 accepted
versions, 99 % of the harmless phrases, and those in `decision_tables`.
"""

# Shipped decisions, answered by `rank`.
MAX_WRONG_DECISIONS = 33
MIN_EVERYDAY_ACCEPTED = 109
MIN_SHOULD_ACCEPTED = 31
MIN_RIGHT_FIRST = 27

# Adversaries, with one track for each form.
MAX_ACCEPTED_VERSIONS = 1237
MIN_HARMLESS_ACCEPTED = 0.81
