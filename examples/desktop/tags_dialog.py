"""The dialog that shows the changes of tags first, then writes them, and restores old tags."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bridge import Bridge
from plan_table import PlanTable
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFormLayout,
    QGridLayout,
    QGroupBox,
    QHeaderView,
    QLabel,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)
from tag_steps import (
    FIELDS,
    PLAN_COLUMNS,
    folder_of_files,
    new_backup,
    newest_backup,
    plan_text,
    restored_text,
    written_text,
)
from work_dialog import OnProgress, WorkDialog

from beatport_match import Match, TagPlan, TagReport, plan_tags, undo_tags, write_tags

# Several fields are often changed one after the other, and each plan reads all files.
_PAUSE_MS = 300
_WIDTHS = {"File": 380, "Field": 120, "Now": 160}


class _PathEnds(QStyledItemDelegate):
    """Shows the end of a long path, which has the name of the file."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Override of Qt."""
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideLeft


class TagsDialog(WorkDialog):
    """Plans at once, and again after each change of an option; nothing is written before "Write".

    Args:
        bridge: The bridge of the window.
        folder: The folder of the program, for the backups.
        parent: The window.
    """

    def __init__(self, bridge: Bridge, folder: Path, parent: QWidget) -> None:
        super().__init__("Write tags", bridge, parent)
        self._folder = folder
        self._file: Path | None = None
        self._matches: Sequence[Match] = ()
        self._plan: TagPlan | None = None
        self.options = QGroupBox("Fields")
        self.fields = {name: QCheckBox(checked=True) for name in FIELDS}
        self.overwrite = {name: QCheckBox() for name in FIELDS}
        self.timer = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self.timer.timeout.connect(self._read)
        for name, box in self.fields.items():
            box.toggled.connect(self.overwrite[name].setEnabled)
            box.toggled.connect(self._read_soon)
            self.overwrite[name].toggled.connect(self._read_soon)
        self.notation.currentIndexChanged.connect(self._read_soon)
        self.table = PlanTable(self)
        self.view = self._made_view()
        self.begin_writing.clicked.connect(self._write)
        self.restore = QPushButton("&Restore old tags …")
        self.restore.setToolTip("Undo an earlier writing with its backup")
        self.restore.setAutoDefault(False)
        self.restore.clicked.connect(self._restore)
        self._arrange()

    def begin(self, file: Path | None, matches: Sequence[Match]) -> None:
        """Open the dialog for the matches of an opened file, and plan their tags."""
        self._file, self._matches = file, matches
        self.open()
        self._read()

    def _arrange(self) -> None:
        grid = QGridLayout()
        for row, text in enumerate(("Write", "Replace present"), 1):
            grid.addWidget(QLabel(text), row, 0)
        for column, (name, text) in enumerate(FIELDS.items(), 1):
            label = QLabel(text, wordWrap=True)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom)
            grid.addWidget(label, 0, column)
            self.fields[name].setAccessibleName(f"Write {text}")
            self.overwrite[name].setAccessibleName(f"Replace present {text}")
            grid.addWidget(self.fields[name], 1, column, Qt.AlignmentFlag.AlignHCenter)
            grid.addWidget(self.overwrite[name], 2, column, Qt.AlignmentFlag.AlignHCenter)
        notation = QFormLayout()
        notation.addRow("Write keys &as", self.notation)
        column = QVBoxLayout(self.options)
        column.addLayout(grid)
        column.addLayout(notation)
        layout = QVBoxLayout(self)
        layout.addWidget(self.options)
        layout.addWidget(self.view, stretch=1)
        self.add_below(layout, self.restore)
        self.resize(960, 600)

    def _made_view(self) -> QTableView:
        view = QTableView()
        view.setModel(self.table)
        view.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        view.setWordWrap(False)
        view.setTabKeyNavigation(False)
        view.setAlternatingRowColors(True)
        view.setShowGrid(False)
        view.verticalHeader().hide()
        view.verticalHeader().setDefaultSectionSize(view.fontMetrics().height() + 8)
        view.horizontalHeader().setHighlightSections(False)
        view.setAccessibleName("Changes of tags")
        for name, width in _WIDTHS.items():
            view.setColumnWidth(PLAN_COLUMNS.index(name), width)
        view.setItemDelegateForColumn(PLAN_COLUMNS.index("File"), _PathEnds(view))
        last = len(PLAN_COLUMNS) - 1
        view.horizontalHeader().setSectionResizeMode(last, QHeaderView.ResizeMode.Stretch)
        return view

    def _read_soon(self) -> None:
        self._show_plan(None)
        self.timer.start()

    def _read(self) -> None:
        """Plan: read the tags of all files."""
        self._show_plan(None)
        fields = [name for name, box in self.fields.items() if box.isChecked()]
        options: dict[str, Any] = {
            "fields": fields,
            "overwrite": [name for name in fields if self.overwrite[name].isChecked()],
            "notation": self.notation.currentData() or None,
        }
        plan = partial(plan_tags, self._matches, folder_of_files(self._file), **options)
        self.work(lambda on_progress: plan(on_progress=on_progress), self._planned)

    def _planned(self, plan: TagPlan) -> None:
        self._show_plan(plan)
        self.status.setText(plan_text(plan))

    def _show_plan(self, plan: TagPlan | None) -> None:
        self._plan = plan
        self.table.show_plan(plan)
        self.begin_writing.setEnabled(bool(plan and plan.changed))

    def _write(self) -> None:
        plan = self._plan
        assert plan
        try:
            backup = new_backup(self._folder)
        except OSError as error:
            self.status.setText(f"Nothing was written, because there can be no backup: {error}")
            return

        def write(on_progress: OnProgress) -> TagReport:
            return write_tags(plan, backup, on_progress=on_progress)

        def written(report: TagReport) -> None:
            self._show_report(written_text(report, backup))

        stopped = f"Writing was stopped. The old tags of the written files are in {backup}."
        self._change_files(write, written, stopped)

    def _restore(self) -> None:
        newest = str(newest_backup(self._folder))
        name, _ = QFileDialog.getOpenFileName(self, "Restore the tags of", newest, "*.jsonl")
        if not name:
            return

        def restore(on_progress: OnProgress) -> TagReport:
            return undo_tags(name, on_progress=on_progress)

        self._change_files(
            restore,
            lambda report: self._show_report(restored_text(report)),
            "Restoring was stopped: restore the same backup again for the rest.",
        )

    def _change_files(
        self,
        function: Callable[[OnProgress], TagReport],
        then: Callable[[TagReport], None],
        if_stopped: str,
    ) -> None:
        self.work(function, then, if_stopped)
        # A changed option would begin other work.
        self.timer.stop()
        self.options.setDisabled(True)

    def _show_report(self, text: str) -> None:
        # The plan describes files that have changed since.
        self._show_plan(None)
        self.status.setText(text)
        self.said.emit(text.partition("\n")[0])

    def _show_busy(self, *, busy: bool) -> None:
        super()._show_busy(busy=busy)
        self.restore.setDisabled(busy)
        self.options.setEnabled(True)
        # After an error the same plan can be written again.
        self.begin_writing.setEnabled(not busy and bool(self._plan and self._plan.changed))
