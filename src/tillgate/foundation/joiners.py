"""Characters without a shape that join letters: some scripts and emoji cannot be written without.

Between plain letters they only disguise a word, so there they are misplaced.
"""

import re

JOINERS = "\u200c\u200d"
MISPLACED = re.compile(rf"(?<![^\x00-\x7f])[{JOINERS}]|[{JOINERS}](?![^\x00-\x7f])")
