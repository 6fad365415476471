"""Imports items with their history from a CSV or XLSX file; docs/import.md explains the mappings."""

from argparse import ArgumentParser
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Team, User
from handover.errors import HandoverError
from handover.imports import mapping as mappings
from handover.models import Stage
from handover.services import imports


class Command(BaseCommand):
    help = "Imports items with their history from a CSV (UTF-8, GB18030) or XLSX file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--mapping", required=True, help=f"{', '.join(mappings.names())}, or a path to a .json file"
        )
        parser.add_argument("--team", help="its name; may be left out where there is only one")
        parser.add_argument("--post", default="", help="for rows that name no post")
        parser.add_argument("--by", help="user name of the person who imports; else the system")
        parser.add_argument("--as-of", help='stand at this instant, such as "2016-03-02 15:33"')
        parser.add_argument("--dry-run", action="store_true", help="show what would happen, write nothing")
        parser.add_argument("--strict", action="store_true", help="import nothing if any row is bad")
        parser.add_argument("--rejected", type=Path, help="write the bad rows with the reasons to this file")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            with ExitStack() as files:
                report = self._run(files, options)
        except HandoverError as error:
            raise CommandError(error.sentence) from error
        except OSError as error:
            raise CommandError(str(error)) from error
        self._print(report)
        if report.refused:
            raise CommandError("Nothing was imported: some rows are bad, and all or nothing was asked for.")

    def _run(self, files: ExitStack, options: dict[str, Any]) -> imports.Report:
        now = timezone.now()
        team, chosen = _team(options["team"]), _mapping(options["mapping"])
        path, rejected = options["file"], options["rejected"]
        source = imports.Source(
            file=files.enter_context(path.open("rb")),
            name=path.name,
            mapping=chosen,
            team=team,
            as_of=_as_of(options["as_of"], chosen, team) or now,
            post=options["post"],
        )
        return imports.run(
            source=source,
            actor=_person(options["by"]),
            now=now,
            dry_run=options["dry_run"],
            strict=options["strict"],
            rejected=files.enter_context(_rejected_file(rejected)) if rejected else None,
        )

    def _print(self, report: imports.Report) -> None:
        write = self.stdout.write
        write("Nothing is written." if report.dry_run or report.refused else "Imported.")
        write(
            f"{report.rows} rows: {report.later_rows} after the instant, {report.repeated_rows} repeated,"
            f" {report.rejected_rows} bad."
        )
        write(
            f"{report.items} items: {report.new} new, {report.changed} changed, {report.unchanged} unchanged,"
            f" {report.timeline_only} worked on here (timeline alone)."
        )
        write(f"{report.entries} entries for timelines, {report.transfers} of them transfers.")
        write(f"By stage ({report.unfinished} not finished):")
        for (stage, word), count in report.stages.most_common():
            write(f"  {count:6} {Stage(stage).label}" + (f" ({word})" if word else ""))
        write("By post (* new):")
        for post, count in report.posts.most_common():
            write(f"  {count:6} {post}{' *' if post in report.new_posts else ''}")
        for line in [*map(str, report.problems), *report.notices]:
            write(line)
        if report.more_notices:
            write(f"There are {report.more_notices} more such notes.")
        if report.rejected_rows > len({problem.row for problem in report.problems}):
            write("There are more bad rows; --rejected FILE writes all of them with the reasons.")


def _team(name: str | None) -> Team:
    teams = {team.name: team for team in Team.objects.filter(is_active=True).order_by("name")}
    if name is None and len(teams) == 1:
        return next(iter(teams.values()))
    if name not in teams:
        raise CommandError(f"Say with --team which team it is for. Teams: {', '.join(teams) or 'none yet'}.")
    return teams[name]


def _person(username: str | None) -> User | None:
    if username is None:
        return None
    person = User.objects.filter(username__iexact=username, is_active=True).order_by("pk").first()
    if person is None:
        raise CommandError(f"There is no active person with the user name {username}.")
    return person


def _mapping(name: str) -> mappings.Mapping:
    return mappings.read(Path(name)) if name.endswith(".json") else mappings.load(name)


def _as_of(text: str | None, chosen: mappings.Mapping, team: Team) -> datetime | None:
    """An instant without an offset is read on the clocks of the file."""
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f'“{text}” is not an instant such as "2016-03-02 15:33".') from error
    return instant if timezone.is_aware(instant) else instant.replace(tzinfo=chosen.zone(team.zone))


def _rejected_file(path: Path) -> TextIO:
    return path.open("w", encoding="utf-8-sig", newline="")
