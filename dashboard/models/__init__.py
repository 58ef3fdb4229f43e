"""One noun a file: fields, constraints, and questions a row can answer about itself."""

from dashboard.models.artifact import Artifact
from dashboard.models.attempt import Attempt, AttemptState
from dashboard.models.audit import AuditEntry, Door
from dashboard.models.comment import MAX_TAGS, TAG_LENGTH, Comment, Tag
from dashboard.models.dataset import Dataset, DatasetState, FileForm
from dashboard.models.event import DismissedSuggestion, StudyEvent
from dashboard.models.event_counter import CountedEvent, EventCounter
from dashboard.models.json_keys import ValueOf
from dashboard.models.notification import Notification, NotificationKind, NotificationPreferences, Watch
from dashboard.models.questions import Cost, Prediction, QuestionState
from dashboard.models.quota import Quota
from dashboard.models.report import Report
from dashboard.models.review import Review
from dashboard.models.share import Access, ApiReply, ApiToken, ShareLink
from dashboard.models.study import SpaceVersion, Study, StudyState, code_digest, searches
from dashboard.models.table_columns import TableColumns
from dashboard.models.team import Invitation, Membership, Role, Team
from dashboard.models.trial import JUDGED_KINDS, SHOWN_KINDS, FailureKind, Origin, Trial, TrialState
from dashboard.models.worker import Worker

# What has an owner, and may be visible to a team or to everyone.
Owned = Study | Dataset

__all__ = [
    "JUDGED_KINDS",
    "MAX_TAGS",
    "SHOWN_KINDS",
    "TAG_LENGTH",
    "Access",
    "ApiReply",
    "ApiToken",
    "Artifact",
    "Attempt",
    "AttemptState",
    "AuditEntry",
    "Comment",
    "Cost",
    "CountedEvent",
    "Dataset",
    "DatasetState",
    "DismissedSuggestion",
    "Door",
    "EventCounter",
    "FailureKind",
    "FileForm",
    "Invitation",
    "Membership",
    "Notification",
    "NotificationKind",
    "NotificationPreferences",
    "Origin",
    "Owned",
    "Prediction",
    "QuestionState",
    "Quota",
    "Report",
    "Review",
    "Role",
    "ShareLink",
    "SpaceVersion",
    "Study",
    "StudyEvent",
    "StudyState",
    "TableColumns",
    "Tag",
    "Team",
    "Trial",
    "TrialState",
    "ValueOf",
    "Watch",
    "Worker",
    "code_digest",
    "searches",
]
