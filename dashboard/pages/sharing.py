"""Who sees a study, in words."""

from dashboard.models import Study


def seen_by(study: Study) -> str:
    if study.is_open:
        return "everyone who is signed in"
    return "its owner only" if study.team is None else f"the team {study.team.name}"
