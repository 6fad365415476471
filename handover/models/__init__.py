"""What is stored. Each module holds one subject; the same word names it in every layer."""

from .access import Access, Border, DutyPlace, Led
from .calendars import CalendarFeed
from .clocks import Clock
from .customers import Channel, Customer, Emotion
from .disputes import Dispute, DisputeStatement, Side
from .escalation import Escalation, Ladder, Outlet, Target
from .events import Event
from .evidence import Checkpoint, Layout, LedgerEntry, Watermark
from .figures import Fact, FigureMark, Measure, Rollup
from .handovers import Handover, HandoverLine, Round, Section, SectionDraft
from .items import (
    IDLE_HANDOVERS,
    MOVED_PROMISES,
    ClockKind,
    IssueType,
    Kind,
    PendingItem,
    Promise,
    Stage,
    UnknownFact,
    Waits,
)
from .messages import About, Delivery, LastLook, Message, MessageChoice, Webhook
from .notices import Notice, NoticeReceipt
from .paper import PaperForm
from .pulse import Pulse
from .readings import Reading
from .score_rules import ScoreRules
from .search import SearchEntry
from .shifts import (
    LATEST_CHECK_OUT,
    Assignment,
    PatternSkip,
    Post,
    ServiceHours,
    Shift,
    ShiftPattern,
)
from .signoffs import Addendum, SignedText, SignOff
from .spot_checks import Draw, DrawnRecord, Finding, FindingEntry, SpotCheck, SpotCheckPlan
from .swaps import Swap
from .weekly import WeeklyAction, WeeklyReport

__all__ = [
    "IDLE_HANDOVERS",
    "LATEST_CHECK_OUT",
    "MOVED_PROMISES",
    "About",
    "Access",
    "Addendum",
    "Assignment",
    "Border",
    "CalendarFeed",
    "Channel",
    "Checkpoint",
    "Clock",
    "ClockKind",
    "Customer",
    "Delivery",
    "Dispute",
    "DisputeStatement",
    "Draw",
    "DrawnRecord",
    "DutyPlace",
    "Emotion",
    "Escalation",
    "Event",
    "Fact",
    "FigureMark",
    "Finding",
    "FindingEntry",
    "Handover",
    "HandoverLine",
    "IssueType",
    "Kind",
    "Ladder",
    "LastLook",
    "Layout",
    "Led",
    "LedgerEntry",
    "Measure",
    "Message",
    "MessageChoice",
    "Notice",
    "NoticeReceipt",
    "Outlet",
    "PaperForm",
    "PatternSkip",
    "PendingItem",
    "Post",
    "Promise",
    "Pulse",
    "Reading",
    "Rollup",
    "Round",
    "ScoreRules",
    "SearchEntry",
    "Section",
    "SectionDraft",
    "ServiceHours",
    "Shift",
    "ShiftPattern",
    "Side",
    "SignOff",
    "SignedText",
    "SpotCheck",
    "SpotCheckPlan",
    "Stage",
    "Swap",
    "Target",
    "UnknownFact",
    "Waits",
    "Watermark",
    "Webhook",
    "WeeklyAction",
    "WeeklyReport",
]
