"""A bar at the top of the window that shows notes without blocking the window."""

from __future__ import annotations

from typing import Literal, TypeAlias

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStyle, QToolButton, QWidget

About: TypeAlias = Literal["program", "file", "run"]


class NoteBar(QFrame):
    """Shows notes, the latest below, until they are dismissed; hidden if there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notes: dict[str, About] = {}
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.text = QLabel(wordWrap=True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setAccessibleName("Notes")
        self.away = QToolButton(autoRaise=True)
        self.away.setIcon(self.style().standardIcon(QStyle.StandardPixmap.SP_TitleBarCloseButton))
        self.away.setAccessibleName("Dismiss the notes")
        self.away.setToolTip("Dismiss")
        self.away.clicked.connect(self._clear)
        row = QHBoxLayout(self)
        row.addWidget(self.text, stretch=1)
        row.addWidget(self.away, alignment=Qt.AlignmentFlag.AlignTop)
        self.hide()

    def tell(self, note: str, about: About = "program") -> None:
        """Add a note, unless it is empty or already shown."""
        if note and note not in self._notes:
            self._notes[note] = about
            self._show()

    def forget(self, *abouts: About) -> None:
        """Remove the notes about an earlier file or run."""
        self._notes = {note: about for note, about in self._notes.items() if about not in abouts}
        self._show()

    def _clear(self) -> None:
        self._notes.clear()
        self._show()

    def _show(self) -> None:
        self.text.setText("\n".join(self._notes))
        self.setVisible(bool(self._notes))
