"""What protects users from the complaints about other products, one cure at a time, and the story that misses it.

A cure is quoted as it stands in its file, so that whoever changes the code there has to look at this table, too.
"""

from tests.mutants import answers, restarts, rota

MUTANTS = tuple(sorted((*restarts.MUTANTS, *answers.MUTANTS, *rota.MUTANTS), key=lambda mutant: mutant.complaint))
