"""Phrases for the adversaries: versions other than the plain one, and notes that change nothing.

The matcher does not read these lists. Wordings of the original itself, such as `Explicit`,
`Single Version`, `Remastered` and `12" Mix`, are in neither list: whether they are another
recording depends on more than the words.
"""

from __future__ import annotations

# Versions by kind, separated by commas. None of them may be matched to the Original Mix.
VERSIONS = {
    kind: tuple(one.strip() for one in phrases.split(","))
    for kind, phrases in {
        "language": (
            "Japanese Ver., Korean Version, Spanish, Español, En Español, Versión en Español, "
            "Deutsche Version, German Vocal, Version Française, French Vocals, Italian Version, "
            "Versione Italiana, Russian Version, Русская версия, Versão em Português, "
            "Hebrew Version, Arabic Ver., Mandarin Version, 日本語版, Türkçe"
        ),
        "DJ tool": (
            "DJ Tool, DJ Tools, Drum Tool, Beat Tool, FX Tool, Percapella, Drumapella, "
            "Loop Tool, Scratch Tool, Intro, Outro, 8 Bar Intro, 16 Bar Intro, Short Intro, "
            "Club Intro, Acap Intro, Acapella Loop, Quick Hitter, Hype Edit, Transition, "
            "Transition 128-100, Transition 100-128, Redrum, Snip, Short Edit, Party Break, "
            "Segue, Beats, Bonus Beats, Locked Groove"
        ),
        "speed or pitch": (
            "Slowed, Slowed & Reverb, Slowed + Reverb, Super Slowed, Sped Up, Speed Up, "
            "Sped Up Version, Nightcore, Daycore, Chopped & Screwed, Chopped Not Slopped, 432Hz, "
            "432 Hz, 528Hz, +2 Semitones, Pitched Up, Pitched Down, Half Time, Double Time, "
            "160 BPM Version, 8D Audio, Bass Boosted, Reverb"
        ),
        "re-make": (
            "2K24, 2k23 Mix, 2019 Mix, 2022 Version, '24 Mix, Y2K Mix, 2016 Reamp, Reamp, Refix, "
            "Refixx, Rework, Reworked, Re-Work, Redux, Reload, Reloaded, Relick, Revamp, "
            "Revisited, Rebuild, Reboot, Reprise, Remake, Re-Recorded, Reimagined, Rebirth, "
            "Retouch, Resample, Re-Edit, V2, V3, Version 2, Mk II, Take 2, Part 3, Pt. 3"
        ),
        "instrument": (
            "Instrumental, Instr., Inst Mix, Karaoke, Acapella, A Cappella, Acappella, "
            "Vocals Only, No Vocals, Acoustic, Unplugged, Piano Version, Solo Piano, Guitar Mix, "
            "Strings Version, Orchestral, Symphonic, Orchestra Version, Sax Mix, Brass Version, "
            "Drumless, Beatless, Stripped, Stripped Back, Choir Version, Music Box"
        ),
        "live": (
            "Live, Live Edit, Live Version, Live Session, Live in Veldhaven, Live @ Tidefest, "
            "Live at Old Brewery, Live from the Boathouse, Live Set Rip, Festival Edit, "
            "Radio Session, Studio Session, Rehearsal, Boiler Session, Tour Version, Concert Cut"
        ),
        "kind of mix": (
            "Dub, Dub Mix, Club Dub, Vocal Dub, Instrumental Dub, VIP, VIP Mix, VIP Edit, Rmx, "
            "Remix, Club Mix, Chill Mix, Chillout Version, Ambient Mix, Sunset Mix, Sunrise Mix, "
            "Afterhours, Afterhours Mix, Warehouse Mix, Basement Mix, Garage Mix, Jungle Mix, "
            "Hardstyle, Techno Edit, Deep Mix, Disco Version, Drum & Bass Mix, Lo-Fi, Phonk, "
            "Amapiano Mix, Megamix, Medley, Mixed, Mashup, Mash-Up, Blend, Bootleg, Edit Pack, "
            "Demo, Demo Version, Rough Mix, Alternate Take, Alt. Version, Clean, Clean Edit"
        ),
        "named": (
            "Brannock Remix, Brannock Rmx, Ellis Torv Rework, Ellis Torv's Midnight Dub, "
            "Ostrik & Vey Remix, DJ Mulvane Edit, DJ Mulvane Bootleg, Sørvik Flip, Kessim VIP, "
            "Tolmie Refix, Hark Reamp, Lunova Re-Fire, Pellim Interpretation, Marrak Treatment, "
            "Odell vs. Farrow Mashup, Quist Extended Remix, Vandry's Garage Cut, Tesk Reshape, "
            "Ouro Perspective, Branden Mix, The Lowmen Take, Milla K Touch, Rasker Boot"
        ),
    }.items()
}

# Versions that need no bracket or separator: a plain title does not end with these words.
UNMISTAKABLE = frozenset(
    (
        "Instrumental, Karaoke, Acapella, Nightcore, Sped Up, Slowed & Reverb, VIP, VIP Mix, Rmx, "
        "Dub Mix, Club Dub, Bootleg, Mashup, 2K24, 2016 Reamp, Refix, DJ Tool, Live Version, "
        "Piano Version, Japanese Ver., Brannock Remix, Brannock Rmx, Ellis Torv Rework, "
        "DJ Mulvane Bootleg, Quist Extended Remix, Acoustic, 432Hz, 8 Bar Intro"
    ).split(", ")
)

# Notes that change nothing. Names in braces are filled with fields of the candidate.
HARMLESS = {
    "file noise": (
        *("320kbps", "320 kbps", "MP3", "FLAC", "WEB", "Vinyl Rip", "Web Rip", "HQ", "HD"),
        "Full Track",
    ),
    "channel note": (
        *("Free Download", "FREE DL", "Free DL", "Official Audio", "Official Video"),
        *("Official Music Video", "Official Visualizer", "Lyric Video", "Out Now", "Premiere"),
    ),
    "plain version": ("Original Mix", "Original", "Original Version"),
    "label": ("{label}", "{label} Records", "{label} Recordings", "{catalog_number}"),
    "credited artist": ("feat. {artist}", "ft. {artist}", "with {artist}"),
    "key or tempo": ("{bpm:g} BPM", "{camelot}", "{key}", "{camelot} {bpm:g}"),
}
BARE_HARMLESS = frozenset(("Original Mix", "Free Download", "FREE DL", "Official Audio", "320kbps"))
