"""The site map."""

from django.urls import include, path
from django.views.generic import RedirectView

from dashboard.views import (
    audit,
    confirming,
    datasets,
    monitoring,
    new_study,
    own_model,
    people,
    predictions,
    review,
    shared,
    sharing,
    studies,
    talk,
    teams,
    trials,
    watching,
    workers,
)

accounts = [  # /account/
    path("account/", include("allauth.account.urls")),  # signing in and up, addresses of mail, passwords
    path("account/2fa/", include("allauth.mfa.urls")),
    path("account/sso/", include("allauth.socialaccount.urls")),
    path("account/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
]
study_pages = [  # /studies/
    path("studies/", studies.study_list, name="study-list"),
    path("studies/new/", new_study.study_new, name="study-new"),
    path("studies/new/own/", own_model.own_study_new, name="own-study-new"),
    path("studies/new/prior/<slug:trainer>/<str:knob>/", new_study.knob_prior, name="knob-prior"),
    path("studies/new/cost/<slug:trainer>/", new_study.study_cost, name="study-cost"),
    path("studies/new/sampler/<slug:trainer>/", new_study.sampler_note, name="sampler-note"),
    path("studies/<int:study_id>/", studies.study_detail, name="study-detail"),
    path("studies/deleted/", studies.study_deleted, name="study-deleted"),
    path("studies/<int:study_id>/template/", studies.study_template, name="study-template"),
    path("studies/<int:study_id>/archive/", studies.study_archive, name="study-archive"),
    path("studies/<int:study_id>/delete/", studies.study_delete, name="study-delete"),
    path("studies/<int:study_id>/restore/", studies.study_restore, name="study-restore"),
    path("studies/<int:study_id>/live/", studies.study_live, name="study-live"),
    path("studies/<int:study_id>/importance/", studies.study_importance, name="study-importance"),
    path("studies/<int:study_id>/start/", studies.study_start, name="study-start"),
    path("studies/<int:study_id>/pause/", studies.study_pause, name="study-pause"),
    path("studies/<int:study_id>/resume/", studies.study_resume, name="study-resume"),
    path("studies/<int:study_id>/drain/", studies.study_drain, name="study-drain"),
    path("studies/<int:study_id>/access/", sharing.study_access, name="study-access"),
    path("studies/<int:study_id>/links/", sharing.link_make, name="link-make"),
    path("studies/<int:study_id>/links/<int:link_id>/revoke/", sharing.link_revoke, name="link-revoke"),
    path("studies/<int:study_id>/budget/", studies.study_budget, name="study-budget"),
    path("studies/<int:study_id>/retry-lost/", studies.study_retry_lost, name="study-retry-lost"),
    path("studies/<int:study_id>/watch/", watching.study_watch, name="study-watch"),
    path("studies/<int:study_id>/confirm/", confirming.study_confirm, name="study-confirm"),
    path("studies/<int:study_id>/winner/", confirming.study_winner, name="study-winner"),
    path("studies/<int:study_id>/report/", studies.study_report, name="study-report"),
    path("studies/<int:study_id>/note/", talk.study_note, name="study-note"),
    path("studies/<int:study_id>/comments/", talk.study_comment, name="study-comment"),
    path(
        "studies/<int:study_id>/comments/<int:comment_id>/remove/",
        talk.comment_remove,
        name="study-comment-remove",
    ),
    path("studies/<int:study_id>/stop/", studies.study_stop, name="study-stop"),
]
trial_pages = [  # /studies/<id>/trials/<number>/
    path("studies/<int:study_id>/trials/<int:number>/", trials.trial_detail, name="trial-detail"),
    path("studies/<int:study_id>/trials/<int:number>/live/", trials.trial_live, name="trial-live"),
    path("studies/<int:study_id>/trials/<int:number>/comments/", talk.trial_comment, name="trial-comment"),
    path("studies/<int:study_id>/trials/<int:number>/repeat/", trials.trial_repeat, name="trial-repeat"),
    path("studies/<int:study_id>/trials/<int:number>/retry/", trials.trial_retry, name="trial-retry"),
    path("studies/<int:study_id>/trials/<int:number>/try/", predictions.trial_try, name="trial-try"),
    path(
        "studies/<int:study_id>/trials/<int:number>/package/", predictions.trial_package, name="trial-package"
    ),
    path("studies/<int:study_id>/trials/<int:number>/model/", trials.trial_model, name="trial-model"),
    path("studies/<int:study_id>/trials/<int:number>/log/<int:attempt>/", trials.trial_log, name="trial-log"),
]
team_pages = [  # /teams/
    path("teams/", teams.team_list, name="team-list"),
    path("teams/<int:team_id>/", teams.team_detail, name="team-detail"),
    path("teams/<int:team_id>/leave/", teams.team_leave, name="team-leave"),
    path("teams/<int:team_id>/invite/", teams.team_invite, name="team-invite"),
    path(
        "teams/<int:team_id>/invitations/<int:invitation_id>/revoke/",
        teams.invitation_revoke,
        name="invitation-revoke",
    ),
    path("teams/<int:team_id>/members/<int:user_id>/role/", teams.member_role, name="member-role"),
    path("teams/<int:team_id>/members/<int:user_id>/remove/", teams.member_remove, name="member-remove"),
    path("invitations/<str:secret>/", teams.invitation, name="invitation"),
]
staff_pages = [  # for staff; others find nothing there
    path("review/", review.review_overview, name="review-overview"),
    path("review/search/", review.review_search, name="review-search"),
    path("studies/<int:study_id>/review/", review.study_review, name="study-review"),
    path("review/people/", people.people_list, name="people-list"),
    path("review/people/<int:user_id>/", people.person_edit, name="person-edit"),
    path("review/teams/<int:team_id>/quota/", people.team_quota, name="team-quota"),
    path("audit/", audit.audit_list, name="audit-list"),
    path("audit.csv", audit.audit_export, name="audit-export"),
]
dataset_pages = [  # /datasets/
    path("datasets/", datasets.dataset_list, name="dataset-list"),
    path("datasets/<slug:name>.png", datasets.dataset_picture, name="dataset-picture"),
    path("datasets/upload/", datasets.dataset_upload, name="dataset-upload"),
    path("datasets/<slug:name>/", datasets.dataset_detail, name="dataset-detail"),
    path("datasets/<slug:name>/live/", datasets.dataset_live, name="dataset-live"),
    path("datasets/<slug:name>/describe/", datasets.dataset_describe, name="dataset-describe"),
    path("datasets/<slug:name>/access/", datasets.dataset_access, name="dataset-access"),
    path("datasets/<slug:name>/delete/", datasets.dataset_delete, name="dataset-delete"),
]
others = [
    path("notifications/", watching.notification_list, name="notification-list"),
    path("notifications/read/", watching.notification_read, name="notification-read"),
    path("notifications/settings/", watching.notification_settings, name="notification-settings"),
    path("shared/<str:secret>/", shared.shared_study, name="shared-study"),
    path("shared/<str:secret>/seen/", shared.shared_seen, name="shared-seen"),
    path("workers/", workers.worker_list, name="worker-list"),
    path("workers/live/", workers.worker_live, name="worker-live"),
]
probes = [  # for machines, without sign-in; the usual names, so without a slash at the end
    path("healthz", monitoring.healthz, name="healthz"),
    path("readyz", monitoring.readyz, name="readyz"),
    path("metrics", monitoring.metrics, name="metrics"),
]
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="study-list"), name="home"),
    *accounts,
    *study_pages,
    *trial_pages,
    *team_pages,
    *dataset_pages,
    *staff_pages,
    *others,
    *probes,
]
handler500 = "dashboard.views.errors.server_error"
