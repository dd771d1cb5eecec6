"""What a mutant is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """One cure taken out: the text `cure`, which stands once in `file`, becomes `instead`, and a story turns red.

    `stories` is the file of the story, `complaint` the number of the complaint in the list that stories are named
    after, `story` the rest of its name. With `may_hang`, a story that does not come to its end counts as red.
    """

    stories: str
    complaint: int
    taken_out: str
    file: str
    cure: str
    instead: str
    story: str
    may_hang: bool = False

    @property
    def test(self) -> str:
        """The story as pytest is asked for it."""
        return f"{self.stories}::test_complaint_{self.complaint}_{self.story}"
