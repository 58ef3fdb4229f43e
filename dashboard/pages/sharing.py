"""Who sees a study or a dataset, in words."""

from dashboard.queries.access import Owned


def seen_by(thing: Owned) -> str:
    if thing.is_open:
        return "everyone who is signed in"
    return "its owner only" if thing.team is None else f"the team {thing.team.name}"
