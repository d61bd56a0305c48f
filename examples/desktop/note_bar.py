"""A bar at the top of the window that shows notes without blocking the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStyle, QToolButton, QWidget


class NoteBar(QFrame):
    """Shows notes, the latest below, until they are dismissed; hidden if there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notes: dict[str, bool] = {}
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

    def tell(self, note: str, *, of_file: bool = False) -> None:
        """Add a note, unless it is empty or already shown; one of a file goes with the file."""
        if note and note not in self._notes:
            self._notes[note] = of_file
            self._show()

    def forget_file(self) -> None:
        """Remove the notes of the file that is open."""
        self._notes = {note: False for note, of_file in self._notes.items() if not of_file}
        self._show()

    def _clear(self) -> None:
        self._notes.clear()
        self._show()

    def _show(self) -> None:
        self.text.setText("\n".join(self._notes))
        self.setVisible(bool(self._notes))
