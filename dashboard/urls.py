"""The site map."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView

from dashboard.api import views as tokens
from dashboard.api.schema import api
from dashboard.datasets import views as datasets
from dashboard.discussion import views as discussion
from dashboard.export import views as export
from dashboard.importing import views as importing
from dashboard.new_study import views as new_study
from dashboard.operations import views as operations
from dashboard.palette import views as palette
from dashboard.people import views as people
from dashboard.review import views as review
from dashboard.sharing import views as sharing
from dashboard.studies import views as studies
from dashboard.studies.explore import views as explore
from dashboard.studies.several import bulk_views as bulk
from dashboard.studies.several import trial_views as tables
from dashboard.studies.steering import views as search
from dashboard.studies.suggestions import views as suggestions
from dashboard.trials import views as trials
from dashboard.trials.steering import views as steering
from dashboard.winners import views as winners

accounts = [  # /account/
    path("account/", include("allauth.account.urls")),  # signing in and up, addresses of mail, passwords
    path("account/2fa/", include("allauth.mfa.urls")),
    path("account/sso/", include("allauth.socialaccount.urls")),
    path("account/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
]
token_pages = [  # /account/tokens/
    path("account/tokens/", tokens.api_tokens, name="api-tokens"),
    path("account/tokens/<int:token_id>/revoke/", tokens.api_token_revoke, name="api-token-revoke"),
    path("account/tokens/<int:token_id>/extend/", tokens.api_token_extend, name="api-token-extend"),
    path("studies/new/external/", tokens.external_study_new, name="external-study-new"),
    path("studies/<int:study_id>/train/", tokens.study_train_it_yourself, name="study-train-it-yourself"),
]
study_pages = [  # /studies/
    path("studies/", studies.study_list, name="study-list"),
    path("studies/import/", importing.study_import, name="study-import"),
    path("studies/import/script/", importing.study_import_script, name="study-import-script"),
    path("studies/import/<str:key>/", importing.study_import_check, name="study-import-check"),
    path("studies/import/<str:key>/report/", importing.study_import_report, name="study-import-report"),
    path("studies/new/", new_study.study_new, name="study-new"),
    path("studies/new/custom/", new_study.custom_study_new, name="custom-study-new"),
    path("studies/new/custom/check/", new_study.model_file_check, name="model-file-check"),
    path("studies/new/prior/<slug:trainer>/<str:knob>/", new_study.knob_prior, name="knob-prior"),
    path("studies/new/editor/<slug:trainer>/<str:knob>/", new_study.knob_editor, name="knob-editor"),
    path("studies/new/knobs/<slug:trainer>/", new_study.knobs_below, name="knobs-below"),
    path("studies/new/layers/<slug:trainer>/", new_study.knob_layers, name="knob-layers"),
    path("studies/new/samples/<slug:trainer>/", new_study.study_samples, name="study-samples"),
    path("studies/new/cost/<slug:trainer>/", new_study.study_cost, name="study-cost"),
    path("studies/new/sampler/<slug:trainer>/", new_study.sampler_note, name="sampler-note"),
    path("studies/<int:study_id>/", studies.study_detail, name="study-detail"),
    path("studies/<int:study_id>/explore/", studies.study_explore, name="study-explore"),
    path("studies/<int:study_id>/explore/<slug:name>/", explore.study_picture, name="study-picture"),
    path("studies/<int:study_id>/trials/", studies.study_trials, name="study-trials"),
    path("studies/<int:study_id>/trials/columns/", tables.study_columns, name="study-columns"),
    path("studies/<int:study_id>/trials/retry/", tables.trials_retry, name="trials-retry"),
    path("studies/<int:study_id>/trials/enqueue/", steering.study_enqueue, name="study-enqueue"),
    path("studies/<int:study_id>/trials/compare/", trials.trials_compare, name="trials-compare"),
    path("studies/<int:study_id>/trials/variation/", trials.trials_variation, name="trials-variation"),
    path("studies/<int:study_id>/settings/", studies.study_settings, name="study-settings"),
    path("studies/<int:study_id>/settings/space/", search.study_space, name="study-space"),
    path("studies/<int:study_id>/settings/search/", search.study_search, name="study-search"),
    path("studies/<int:study_id>/discussion/", studies.study_discussion, name="study-discussion"),
    path("studies/archive/", bulk.studies_archive, name="studies-archive"),
    path("studies/compare/", bulk.studies_compare, name="studies-compare"),
    path("studies/compare/importance/", bulk.studies_compare_importance, name="studies-compare-importance"),
    path("studies/tag/", bulk.studies_tag, name="studies-tag"),
    path("studies/delete/", bulk.studies_delete, name="studies-delete"),
    path("studies/deleted/", studies.study_deleted, name="study-deleted"),
    path("studies/<int:study_id>/template/", studies.study_template, name="study-template"),
    path("studies/<int:study_id>/archive/", studies.study_archive, name="study-archive"),
    path("studies/<int:study_id>/delete/", studies.study_delete, name="study-delete"),
    path("studies/<int:study_id>/restore/", studies.study_restore, name="study-restore"),
    path("studies/<int:study_id>/edit/", new_study.study_edit, name="study-edit"),
    path("studies/<int:study_id>/live/", studies.study_live, name="study-live"),
    path("studies/<int:study_id>/importance/", studies.study_importance, name="study-importance"),
    path("studies/<int:study_id>/suggestions/", suggestions.study_suggestions, name="study-suggestions"),
    path(
        "studies/<int:study_id>/suggestions/dismiss/",
        suggestions.study_suggestion_dismiss,
        name="study-suggestion-dismiss",
    ),
    path(
        "studies/<int:study_id>/suggestions/restore/",
        suggestions.study_suggestion_restore,
        name="study-suggestion-restore",
    ),
    path("studies/<int:study_id>/suggestions/branch/", suggestions.study_branch, name="study-branch"),
    path(
        "studies/<int:study_id>/suggestions/early-stopping/",
        suggestions.study_early_stopping,
        name="study-early-stopping",
    ),
    path("studies/<int:study_id>/start/", studies.study_start, name="study-start"),
    path("studies/<int:study_id>/pause/", studies.study_pause, name="study-pause"),
    path("studies/<int:study_id>/resume/", studies.study_resume, name="study-resume"),
    path("studies/<int:study_id>/drain/", studies.study_drain, name="study-drain"),
    path("studies/<int:study_id>/access/", sharing.study_access, name="study-access"),
    path("studies/<int:study_id>/links/", sharing.link_make, name="link-make"),
    path("studies/<int:study_id>/links/<int:link_id>/revoke/", sharing.link_revoke, name="link-revoke"),
    path("studies/<int:study_id>/budget/", studies.study_budget, name="study-budget"),
    path("studies/<int:study_id>/retry-lost/", studies.study_retry_lost, name="study-retry-lost"),
    path("studies/<int:study_id>/retry-failed/", studies.study_retry_failed, name="study-retry-failed"),
    path("studies/<int:study_id>/watch/", discussion.study_watch, name="study-watch"),
    path("studies/<int:study_id>/confirm/", winners.study_confirm, name="study-confirm"),
    path("studies/<int:study_id>/winner/", winners.study_winner, name="study-winner"),
    path("studies/<int:study_id>/report/", sharing.study_report, name="study-report"),
    path("studies/<int:study_id>/note/", discussion.study_note, name="study-note"),
    path("studies/<int:study_id>/comments/", discussion.study_comment, name="study-comment"),
    path(
        "studies/<int:study_id>/comments/<int:comment_id>/remove/",
        discussion.comment_remove,
        name="study-comment-remove",
    ),
    path("studies/<int:study_id>/stop/", studies.study_stop, name="study-stop"),
]
export_files = [  # /studies/<id>/export/
    path("studies/compare/chart.<slug:ending>", export.studies_compare_chart, name="studies-compare-chart"),
    path("studies/<int:study_id>/export/trials.csv", export.study_export_csv, name="study-export-csv"),
    path(
        "studies/<int:study_id>/export/trials.parquet",
        export.study_export_parquet,
        name="study-export-parquet",
    ),
    path(
        "studies/<int:study_id>/export/trials.json",
        export.study_export_trials_json,
        name="study-export-trials-json",
    ),
    path(
        "studies/<int:study_id>/export/charts/<slug:chart>.<slug:ending>",
        export.study_export_chart,
        name="study-export-chart",
    ),
    path(
        "studies/<int:study_id>/trials/<int:number>/export/epochs.<slug:ending>",
        export.trial_export_chart,
        name="trial-export-chart",
    ),
    path("studies/<int:study_id>/export/optuna.db", export.study_export_optuna, name="study-export-optuna"),
    path("studies/<int:study_id>/export/study.json", export.study_export_json, name="study-export-json"),
    path(
        "studies/<int:study_id>/export/<slug:library>.py",
        export.study_export_python,
        name="study-export-python",
    ),
]
trial_pages = [  # /studies/<id>/trials/<number>/
    path("studies/<int:study_id>/trials/<int:number>/", trials.trial_detail, name="trial-detail"),
    path("studies/<int:study_id>/trials/<int:number>/live/", trials.trial_live, name="trial-live"),
    path(
        "studies/<int:study_id>/trials/<int:number>/comments/", discussion.trial_comment, name="trial-comment"
    ),
    path("studies/<int:study_id>/trials/<int:number>/repeat/", winners.trial_repeat, name="trial-repeat"),
    path(
        "studies/<int:study_id>/trials/<int:number>/variation/",
        steering.trial_variation,
        name="trial-variation",
    ),
    path("studies/<int:study_id>/trials/<int:number>/judge/", steering.trial_judge, name="trial-judge"),
    path(
        "studies/<int:study_id>/trials/<int:number>/judge/undo/",
        steering.trial_judge_undo,
        name="trial-judge-undo",
    ),
    path("studies/<int:study_id>/trials/<int:number>/remove/", steering.trial_remove, name="trial-remove"),
    path("studies/<int:study_id>/trials/<int:number>/retry/", trials.trial_retry, name="trial-retry"),
    path("studies/<int:study_id>/trials/<int:number>/try/", winners.trial_try, name="trial-try"),
    path("studies/<int:study_id>/trials/<int:number>/package/", winners.trial_package, name="trial-package"),
    path("studies/<int:study_id>/trials/<int:number>/model/", winners.trial_model, name="trial-model"),
    path("studies/<int:study_id>/trials/<int:number>/log/<int:attempt>/", trials.trial_log, name="trial-log"),
]
team_pages = [  # /teams/
    path("teams/", people.team_list, name="team-list"),
    path("teams/<int:team_id>/", people.team_detail, name="team-detail"),
    path("teams/<int:team_id>/leave/", people.team_leave, name="team-leave"),
    path("teams/<int:team_id>/invite/", people.team_invite, name="team-invite"),
    path(
        "teams/<int:team_id>/invitations/<int:invitation_id>/revoke/",
        people.invitation_revoke,
        name="invitation-revoke",
    ),
    path("teams/<int:team_id>/members/<int:user_id>/role/", people.member_role, name="member-role"),
    path("teams/<int:team_id>/members/<int:user_id>/remove/", people.member_remove, name="member-remove"),
    path("invitations/<str:secret>/", people.invitation, name="invitation"),
]
staff_pages = [  # for staff; others find nothing there
    path("review/", review.review_overview, name="review-overview"),
    path("review/search/", review.review_search, name="review-search"),
    path("studies/<int:study_id>/review/", review.study_review, name="study-review"),
    path("review/people/", review.people_list, name="people-list"),
    path("review/people/<int:user_id>/", review.person_edit, name="person-edit"),
    path("review/teams/<int:team_id>/quota/", review.team_quota, name="team-quota"),
    path("audit/", review.audit_list, name="audit-list"),
    path("audit.csv", review.audit_export, name="audit-export"),
]
dataset_pages = [  # /datasets/
    path("datasets/", datasets.dataset_list, name="dataset-list"),
    path("datasets/<slug:name>.png", datasets.dataset_picture, name="dataset-picture"),
    path("datasets/upload/", datasets.dataset_upload, name="dataset-upload"),
    path("datasets/<slug:name>/", datasets.dataset_detail, name="dataset-detail"),
    path("datasets/<slug:name>/live/", datasets.dataset_live, name="dataset-live"),
    path("datasets/<slug:name>/describe/", datasets.dataset_describe, name="dataset-describe"),
    path("datasets/<slug:name>/reread/", datasets.dataset_reread, name="dataset-reread"),
    path("datasets/<slug:name>/access/", datasets.dataset_access, name="dataset-access"),
    path("datasets/<slug:name>/delete/", datasets.dataset_delete, name="dataset-delete"),
]
others = [
    path("find/", palette.palette, name="palette"),
    path("shortcuts/", palette.shortcuts, name="shortcuts"),
    path("notifications/", discussion.notification_list, name="notification-list"),
    path("notifications/read/", discussion.notification_read, name="notification-read"),
    path("notifications/settings/", discussion.notification_settings, name="notification-settings"),
    path("shared/<str:secret>/", sharing.shared_study, name="shared-study"),
    path("shared/<str:secret>/seen/", sharing.shared_seen, name="shared-seen"),
    path("workers/", operations.worker_list, name="worker-list"),
    path("workers/live/", operations.worker_live, name="worker-live"),
]
probes = [  # for machines, without sign-in; the usual names, so without a slash at the end
    path("healthz", operations.healthz, name="healthz"),
    path("readyz", operations.readyz, name="readyz"),
    path("metrics", operations.metrics, name="metrics"),
]
api_paths, api_app, api_namespace = api.urls
for each in api_paths:
    each.callback = login_not_required(each.callback)  # type: ignore[type-var] # a token says who asks
urlpatterns = [
    path("api/v1/", (api_paths, api_app, api_namespace)),
    path("api/", tokens.api_docs, name="api-docs"),
    path("api/<path:path>", tokens.api_not_found, name="api-not-found"),
    path("", RedirectView.as_view(pattern_name="study-list"), name="home"),
    *token_pages,
    *accounts,
    *study_pages,
    *export_files,
    *trial_pages,
    *team_pages,
    *dataset_pages,
    *staff_pages,
    *others,
    *probes,
]
handler500 = "dashboard.web.errors.server_error"
