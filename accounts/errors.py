"""The root of all errors that a user can do something about."""


class UserFacingError(Exception):
    """Stops what was asked for; `sentence` tells the user why and what to do instead."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
