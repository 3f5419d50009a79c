"""Addresses of the registry."""

from django.urls import URLPattern, path

from registry.views import (
    change_requests,
    changes,
    claims,
    history,
    households,
    imports,
    interests,
    members,
    questionnaire_drafts,
    questionnaire_files,
    questionnaires,
    register,
    review,
    search,
    sending,
)

app_name = "registry"
_DRAFT = "registrations/<uuid:uuid>"
_VERSION = "questionnaires/<str:code>"
urlpatterns: list[URLPattern] = [
    path("", search.start, name="search"),
    path("search/<str:key>/", search.results, name="search_results"),
    path("villages/<str:code>/", search.village, name="village"),
    # households
    path("households/<str:reference>/", households.page, name="household"),
    path("households/<str:reference>/print/", households.sheet, name="household_print"),
    path("households/<str:reference>/history/", history.page, name="household_history"),
    path("households/<str:reference>/tabs/<int:index>/", households.later_stage, name="household_tab"),
    path("households/<str:reference>/show/<str:field>/", households.show, name="show"),
    path(
        "households/<str:reference>/members/<str:person_reference>/show/<str:field>/",
        households.show_of_member,
        name="show_of_member",
    ),
    # changes
    path("households/<str:reference>/changes/", changes.start, name="change_start"),
    path("households/<str:reference>/changes/<slug:kind>/", changes.details, name="change_new"),
    path("households/<str:reference>/changes/<slug:kind>/send/", changes.send, name="change_send"),
    path("changes/", change_requests.queue, name="changes"),
    path("changes/<uuid:uuid>/", change_requests.page, name="change"),
    path("changes/<uuid:uuid>/withdraw/", change_requests.withdraw, name="change_withdraw"),
    path("changes/<uuid:uuid>/evidence/", change_requests.evidence, name="change_evidence"),
    # registration
    path("registrations/", sending.mine, name="mine"),
    path("registrations/start/", register.start, name="start"),
    path(f"{_DRAFT}/", register.overview, name="draft"),
    path(f"{_DRAFT}/village/", register.village, name="draft_village"),
    path(f"{_DRAFT}/contact/", register.contact, name="draft_contact"),
    path(f"{_DRAFT}/interview/", register.interview, name="draft_interview"),
    path(f"{_DRAFT}/members/", members.members, name="draft_members"),
    path(f"{_DRAFT}/members/add/", members.add, name="draft_member_add"),
    path(f"{_DRAFT}/members/<str:number>/", members.edit, name="draft_member"),
    path(f"{_DRAFT}/members/<str:number>/answers/", members.answers, name="draft_member_answers"),
    path(f"{_DRAFT}/members/<str:number>/remove/", members.remove, name="draft_member_remove"),
    path(f"{_DRAFT}/answers/<str:code>/", register.section, name="draft_section"),
    path(f"{_DRAFT}/payment/", register.payment, name="draft_payment"),
    path(f"{_DRAFT}/check/", sending.check, name="draft_check"),
    path(f"{_DRAFT}/submit/", sending.submit, name="draft_submit"),
    path(f"{_DRAFT}/discard/", register.discard, name="draft_discard"),
    path("submissions/<uuid:uuid>/", sending.outcome, name="submission"),
    path("submissions/<uuid:uuid>/correct/", sending.correct, name="submission_correct"),
    # review
    path("review/", review.queue, name="review"),
    path("review/<uuid:uuid>/", review.submission, name="review_submission"),
    path("review/<uuid:uuid>/accept/", review.accept, name="review_accept"),
    path("review/<uuid:uuid>/return/", review.send_back, name="review_return"),
    path("review/<uuid:uuid>/reject/", review.reject, name="review_reject"),
    path("claims/", claims.queue, name="claims"),
    path("claims/<int:claim_id>/", claims.page, name="claim"),
    path("interests/", interests.mine, name="interests"),
    # imports
    path("imports/", imports.batches, name="imports"),
    path("imports/new/", imports.upload, name="import_new"),
    path("imports/<uuid:uuid>/", imports.batch, name="import"),
    path("imports/<uuid:uuid>/progress/", imports.progress, name="import_progress"),
    path("imports/<uuid:uuid>/households/", imports.submissions_of, name="import_households"),
    # the questionnaire
    path("questionnaires/", questionnaires.versions, name="questionnaires"),
    path("questionnaires/upload/", questionnaires.upload, name="questionnaire_upload"),
    path(f"{_VERSION}/", questionnaires.page, name="questionnaire"),
    path(f"{_VERSION}/copy/", questionnaires.copy, name="questionnaire_copy"),
    path(f"{_VERSION}/compare/", questionnaires.comparison, name="questionnaire_compare"),
    path(f"{_VERSION}/publish/", questionnaires.publish, name="questionnaire_publish"),
    path(f"{_VERSION}/give-up/", questionnaires.give_up, name="questionnaire_give_up"),
    path(f"{_VERSION}/try/", questionnaire_files.trial, name="questionnaire_try"),
    path(f"{_VERSION}/dictionary/", questionnaire_files.dictionary, name="questionnaire_dictionary"),
    path(f"{_VERSION}/dictionary.csv", questionnaire_files.dictionary_csv, name="questionnaire_dictionary_csv"),
    path(f"{_VERSION}/import-template.xlsx", questionnaire_files.template, name="questionnaire_template"),
    path(f"{_VERSION}/xlsform.xlsx", questionnaire_files.xlsform, name="questionnaire_xlsform"),
    path(f"{_VERSION}/mapping/", questionnaire_drafts.mapping, name="questionnaire_mapping"),
    path(f"{_VERSION}/sections/add/", questionnaire_drafts.section_add, name="questionnaire_section_add"),
    path(f"{_VERSION}/sections/<str:item>/", questionnaire_drafts.section, name="questionnaire_section"),
    path(f"{_VERSION}/sections/<str:item>/move/", questionnaire_drafts.section_move, name="questionnaire_section_move"),
    path(
        f"{_VERSION}/sections/<str:item>/remove/",
        questionnaire_drafts.section_remove,
        name="questionnaire_section_remove",
    ),
    path(f"{_VERSION}/questions/add/", questionnaire_drafts.question_add, name="questionnaire_question_add"),
    path(f"{_VERSION}/questions/<str:item>/", questionnaire_drafts.question, name="questionnaire_question"),
    path(
        f"{_VERSION}/questions/<str:item>/move/", questionnaire_drafts.question_move, name="questionnaire_question_move"
    ),
    path(
        f"{_VERSION}/questions/<str:item>/remove/",
        questionnaire_drafts.question_remove,
        name="questionnaire_question_remove",
    ),
    path(f"{_VERSION}/checks/add/", questionnaire_drafts.check_add, name="questionnaire_check_add"),
    path(f"{_VERSION}/checks/<str:item>/", questionnaire_drafts.check, name="questionnaire_check"),
    path(f"{_VERSION}/checks/<str:item>/move/", questionnaire_drafts.check_move, name="questionnaire_check_move"),
    path(f"{_VERSION}/checks/<str:item>/remove/", questionnaire_drafts.check_remove, name="questionnaire_check_remove"),
]
