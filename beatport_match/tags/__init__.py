"""Write Beatport's values into the tags of music files (the extra `tags`).

    plan           the changes of each file, as values; nothing is written
    write          writes a plan, and restores the old files
    backup         the file of old tags
    fields         the fields, their values, and the notation of keys
    tag_file       the tags of one file, through mutagen
    audio_part     the audio of a file, which must stay equal
    restore_steps  the steps that make the old file from the new one

mutagen is imported only when a file is read. An error with one file is a `TagProblem`. This
package uses neither the network nor the log.
"""

from beatport_match.model.problems import TagProblem
from beatport_match.tags.plan import PlannedFile, TagChange, TagPlan, plan_tags
from beatport_match.tags.write import TagReport, undo_tags, write_tags

__all__ = [
    "PlannedFile",
    "TagChange",
    "TagPlan",
    "TagProblem",
    "TagReport",
    "plan_tags",
    "undo_tags",
    "write_tags",
]
