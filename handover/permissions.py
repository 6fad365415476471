"""Who may do what: predicates over what is loaded already. What is visible is a matter of its query."""

from accounts.models import Membership, Team, User

from .models import (
    Access,
    Assignment,
    Customer,
    Dispute,
    Escalation,
    Finding,
    Handover,
    Notice,
    PendingItem,
    Post,
    Swap,
    WeeklyAction,
    WeeklyReport,
)

Role = Membership.Role


def can_supervise_team(access: Access, team_id: int) -> bool:
    return access.is_administrator or team_id in access.supervised_team_ids


def can_supervise_post(access: Access, post_id: int, team_id: int) -> bool:
    """Leaders for their own posts, supervisors for the team, administrators at the end of the chain."""
    return can_supervise_team(access, team_id) or post_id in access.led_post_ids


def can_keep_post(access: Access, post_id: int, team_id: int) -> bool:
    """The same without who is in charge of one shift alone."""
    return can_supervise_team(access, team_id) or post_id in access.kept_post_ids


def can_work_in_team(access: Access, team_id: int) -> bool:
    """On duty in the team, or supervising something there. Auditors and administrators do not work."""
    return team_id in access.duty_team_ids or access.roles.get(team_id) in {Role.LEADER, Role.SUPERVISOR}


def can_create_item(access: Access, post: Post) -> bool:
    return can_work_in_team(access, post.team_id)


def can_progress_item(access: Access, item: PendingItem) -> bool:
    return can_work_in_team(access, item.team_id)


def can_take_item(access: Access, item: PendingItem) -> bool:
    """Whoever is on duty in the team may take what stands in the queue or was handed to them."""
    return item.team_id in access.duty_team_ids and item.holder_id in (None, access.user.pk)


def can_reassign_item(access: Access, item: PendingItem) -> bool:
    """Take over, or pass on, what somebody else holds."""
    return can_supervise_post(access, item.post_id, item.team_id)


def can_snooze_item(access: Access, item: PendingItem) -> bool:
    """Who holds it while on duty, or who leads its post; that it has been taken is a rule of the service."""
    holds = item.holder_id == access.user.pk and can_work_in_team(access, item.team_id)
    return holds or can_reassign_item(access, item)


def can_acknowledge(access: Access, escalation: Escalation) -> bool:
    """Say what is being done about what waits: whoever leads its post."""
    thing = escalation.clock.thing
    return can_supervise_post(access, thing.post_id, thing.team_id)


def can_transfer_item(access: Access, item: PendingItem) -> bool:
    own = item.holder_id in (None, access.user.pk) and can_work_in_team(access, item.team_id)
    return own or can_reassign_item(access, item)


def can_edit_customer(access: Access, customer: Customer) -> bool:
    return can_work_in_team(access, customer.team_id)


def can_edit_handover(access: Access, handover: Handover) -> bool:
    """Several people of the outgoing shift write together and one signs; leaders and supervisors may too."""
    supervises = not access.is_administrator and can_supervise_post(
        access, handover.post_id, handover.team_id
    )
    return supervises or handover.outgoing_shift_id in access.duty_shift_ids


def can_print_paper_forms(access: Access, post: Post) -> bool:
    """Whoever may write the handovers of the post, on the screen or by hand."""
    supervises = not access.is_administrator and can_supervise_post(access, post.pk, post.team_id)
    return supervises or post.pk in access.duty_post_ids


def can_read_paper_forms(access: Access, post: Post) -> bool:
    return access.is_administrator or post.team_id in access.read_team_ids


def can_receive_handover(access: Access, handover: Handover) -> bool:
    """On duty for the incoming shift; that nobody countersigns themselves is a rule of the service."""
    return handover.incoming_shift_id is not None and handover.incoming_shift_id in access.duty_shift_ids


def can_supervise_handover(access: Access, handover: Handover) -> bool:
    """Take it over, return it, decide its lines; that nobody does it as a party is a rule of the service."""
    return can_supervise_post(access, handover.post_id, handover.team_id)


def can_confirm_for_shift(access: Access, handover: Handover) -> bool:
    """In place of the incoming shift, marked so; an administrator only after having taken it over."""
    return can_supervise_handover(access, handover) and (handover.taken_over or not access.is_administrator)


def can_reply_line(access: Access, handover: Handover, *, sides: frozenset[int]) -> bool:
    """Both shifts while on duty, and the signer of the outgoing side also afterwards."""
    on_duty = access.duty_shift_ids & {handover.outgoing_shift_id, handover.incoming_shift_id}
    return bool(on_duty) or access.user.pk in sides or can_supervise_handover(access, handover)


def can_decide_dispute(access: Access, dispute: Dispute) -> bool:
    """That nobody does it as a party, and administrators only when nobody else can: rules of the service."""
    return can_supervise_post(access, dispute.post_id, dispute.team_id)


def can_withdraw_dispute(access: Access, dispute: Dispute) -> bool:
    return dispute.raised_by_id == access.user.pk


def can_finish_rule(access: Access, dispute: Dispute) -> bool:
    """Tick a rule as changed: who sees to it, and whoever could have decided."""
    return dispute.rule_by_id == access.user.pk or can_decide_dispute(access, dispute)


def can_read_draws(access: Access, team_id: int) -> bool:
    """Which records of the team are checked, and how they were drawn."""
    return access.is_administrator or team_id in access.always_read_team_ids


def can_draw_records(access: Access, team_id: int) -> bool:
    return team_id in access.always_read_team_ids


def can_judge_record(access: Access, handover: Handover) -> bool:
    """Score it and say what is to be put right; that nobody does it as a party is a rule of the service."""
    leads = handover.team_id in access.supervised_team_ids or handover.post_id in access.kept_post_ids
    return leads or access.roles.get(handover.team_id) == Role.AUDITOR


def can_read_checks(access: Access, handover: Handover) -> bool:
    return access.is_administrator or can_judge_record(access, handover)


def can_answer_finding(access: Access, finding: Finding) -> bool:
    return finding.responsible_id == access.user.pk


def can_settle_finding(access: Access, finding: Finding) -> bool:
    """Take the second look at it; that nobody does it as a party is a rule of the service."""
    return can_keep_post(access, finding.post_id, finding.team_id)


def can_export_handover(access: Access, handover: Handover, *, signers: frozenset[int]) -> bool:
    """Take it away with its proof: who signed it, and whoever supervises or audits it."""
    audits = access.roles.get(handover.team_id) == Role.AUDITOR
    return audits or access.user.pk in signers or can_supervise_handover(access, handover)


def can_add_addendum(access: Access, handover: Handover) -> bool:
    return can_work_in_team(access, handover.team_id)


def can_manage_post(access: Access, post: Post) -> bool:
    return can_keep_post(access, post.pk, post.team_id)


def can_manage_team(access: Access, team: Team) -> bool:
    return can_supervise_team(access, team.pk)


def can_manage_person(access: Access, person: User, *, team_ids: frozenset[int]) -> bool:
    """Administrators keep everybody; supervisors those of their own teams alone, never an administrator."""
    if access.is_administrator:
        return True
    return bool(team_ids) and team_ids <= access.supervised_team_ids and not person.is_administrator


def can_see_roster(access: Access, post: Post) -> bool:
    """Who works where is no secret inside a team, and nobody else's matter."""
    return access.is_administrator or post.team_id in access.roles


def can_name_substitute(access: Access, assignment: Assignment) -> bool:
    """Agents for themselves, who supervises the post for everybody there."""
    post = assignment.shift.post
    return assignment.user_id == access.user.pk or can_supervise_post(access, post.pk, post.team_id)


def can_ask_swap(access: Access, assignment: Assignment) -> bool:
    return assignment.user_id == access.user.pk and assignment.shift.post.team_id in access.working_team_ids


def can_answer_swap(access: Access, swap: Swap) -> bool:
    return swap.colleague_id == access.user.pk


def can_withdraw_swap(access: Access, swap: Swap) -> bool:
    return access.user.pk in swap.party_ids


def can_approve_swap(access: Access, swap: Swap) -> bool:
    """Whoever may manage both posts and is neither of the two. Shifts that are gone are nobody's matter."""
    found = [shift for shift in (swap.given_shift, swap.taken_shift) if shift]
    manages = all(can_manage_post(access, shift.post) for shift in found)
    return bool(found) and manages and access.user.pk not in swap.party_ids


def can_check_in(access: Access, assignment: Assignment) -> bool:
    return assignment.user_id == access.user.pk


def can_read_notice(access: Access, notice: Notice) -> bool:
    """Say that one has read it: who works in the team, but for its author."""
    return notice.team_id in access.working_team_ids and access.user.pk != notice.author_id


def can_withdraw_notice(access: Access, notice: Notice) -> bool:
    """Who might write it: for a post whoever supervises that, for the team a supervisor."""
    if notice.post_id is None:
        return can_supervise_team(access, notice.team_id)
    return can_supervise_post(access, notice.post_id, notice.team_id)


def can_read_trail(access: Access) -> bool:
    """Auditors, and whoever leads something; of which places is a matter of the query."""
    return access.keeps or Role.AUDITOR in access.roles.values()


def can_see_receipts(access: Access, notice: Notice) -> bool:
    return access.is_administrator or notice.team_id in access.always_read_team_ids


def can_read_trends(access: Access, team_id: int) -> bool:
    return access.is_administrator or team_id in access.always_read_team_ids


def can_note_action(access: Access, report: WeeklyReport) -> bool:
    """Whoever leads in the team notes what was agreed on its weekly figures."""
    leads = access.roles.get(report.team_id) in {Role.LEADER, Role.SUPERVISOR}
    return leads or access.is_administrator


def can_finish_action(access: Access, action: WeeklyAction) -> bool:
    """Who is to do it, and who leads; a decision alone has no end."""
    if action.responsible_id is None:
        return False
    return action.responsible_id == access.user.pk or can_note_action(access, action.report)
